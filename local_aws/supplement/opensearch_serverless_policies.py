"""moto 5.2.5 has no access or lifecycle policies, no SAML configuration, and keeps security policies for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random
from moto.opensearchserverless.exceptions import ConflictException, ResourceNotFoundException
from moto.opensearchserverless.responses import OpenSearchServiceServerlessResponse

from local_aws.supplement.patch import add, state

_OPTIONS = ("description", "samlOptions", "iamIdentityCenterOptions", "iamFederationOptions")


def apply() -> None:
    """Apply the patches of this file to moto."""
    for kind in ("access", "lifecycle"):
        add(OpenSearchServiceServerlessResponse, **_policy_operations(kind))
    add(
        OpenSearchServiceServerlessResponse,
        get_access_policy=_get_access_policy,
        batch_get_lifecycle_policy=_batch_get_lifecycle_policy,
        delete_security_policy=_delete_security_policy,
        create_security_config=_create_security_config,
        get_security_config=_get_security_config,
        update_security_config=_update_security_config,
        delete_security_config=_delete_security_config,
        list_security_configs=_list_security_configs,
    )


def _policy_operations(kind: str) -> dict[str, Callable[[Any], str]]:
    """Create, update, delete and list: access and lifecycle policies differ in nothing but the word."""

    def create(response: Any) -> str:
        asked = json.loads(response.body)
        policies, key = _kept(response, kind), (asked["type"], asked["name"])
        if key in policies:
            raise ConflictException(f"Policy with name {key[1]} and type {key[0]} already exists")
        policies[key] = _stamped(asked) | {"createdDate": _now()}
        return json.dumps({f"{kind}PolicyDetail": policies[key]})

    def update(response: Any) -> str:
        asked = json.loads(response.body)
        known = _find(response, kind, asked)
        known |= _stamped(asked)
        return json.dumps({f"{kind}PolicyDetail": known})

    def delete(response: Any) -> str:
        asked = json.loads(response.body)
        _find(response, kind, asked)
        del _kept(response, kind)[(asked["type"], asked["name"])]
        return "{}"

    def list_(response: Any) -> str:
        wanted = json.loads(response.body)["type"]
        found = [known for (type_, _), known in _kept(response, kind).items() if type_ == wanted]
        return json.dumps({f"{kind}PolicySummaries": found})

    return {
        f"create_{kind}_policy": create,
        f"update_{kind}_policy": update,
        f"delete_{kind}_policy": delete,
        f"list_{kind}_policies": list_,
    }


def _get_access_policy(response: Any) -> str:
    return json.dumps({"accessPolicyDetail": _find(response, "access", json.loads(response.body))})


def _batch_get_lifecycle_policy(response: Any) -> str:
    policies = _kept(response, "lifecycle")
    asked = json.loads(response.body)["identifiers"]
    found = [policies[(one["type"], one["name"])] for one in asked if (one["type"], one["name"]) in policies]
    missing = [one for one in asked if (one["type"], one["name"]) not in policies]
    errors = [one | {"errorCode": "NOT_FOUND"} for one in missing]
    return json.dumps({"lifecyclePolicyDetails": found, "lifecyclePolicyErrorDetails": errors})


def _delete_security_policy(response: Any) -> str:
    asked = json.loads(response.body)
    backend = response.opensearchserverless_backend
    policy = backend.get_security_policy(name=asked["name"], type=asked["type"])
    # Not by its client token, which every update changes, though not the key that it is kept under.
    for key, known in list(backend.security_policies.items()):
        if known is policy:
            del backend.security_policies[key]
    return "{}"


def _create_security_config(response: Any) -> str:
    asked = json.loads(response.body)
    id_ = f"{asked['type']}/{response.current_account}/{asked['name']}"
    known = _configured(asked) | {"id": id_, "type": asked["type"], "createdDate": _now()}
    _kept(response, "config")[id_] = known
    return json.dumps({"securityConfigDetail": known})


def _get_security_config(response: Any) -> str:
    return json.dumps({"securityConfigDetail": _find_config(response)})


def _update_security_config(response: Any) -> str:
    known = _find_config(response)
    known |= _configured(json.loads(response.body))
    return json.dumps({"securityConfigDetail": known})


def _delete_security_config(response: Any) -> str:
    del _kept(response, "config")[_find_config(response)["id"]]
    return "{}"


def _list_security_configs(response: Any) -> str:
    wanted = json.loads(response.body)["type"]
    found = [known for known in _kept(response, "config").values() if known["type"] == wanted]
    return json.dumps({"securityConfigSummaries": found})


def _kept(response: Any, kind: str) -> dict[Any, dict[str, Any]]:
    return state(response.opensearchserverless_backend, f"{kind}_documents")


def _find(response: Any, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    known = _kept(response, kind).get((asked["type"], asked["name"]))
    if known is None:
        raise ResourceNotFoundException(f"Policy with name {asked['name']} and type {asked['type']} is not found")
    return known


def _find_config(response: Any) -> dict[str, Any]:
    id_ = json.loads(response.body)["id"]
    if id_ not in _kept(response, "config"):
        raise ResourceNotFoundException(f"Security config with ID {id_} is not found")
    return _kept(response, "config")[id_]


def _stamped(asked: dict[str, Any]) -> dict[str, Any]:
    given = {name: asked[name] for name in ("type", "name", "description") if asked.get(name)}
    policy = {"policy": json.loads(asked["policy"])} if asked.get("policy") else {}
    return given | policy | {"policyVersion": mock_random.get_random_string(20), "lastModifiedDate": _now()}


def _configured(asked: dict[str, Any]) -> dict[str, Any]:
    given = {name: asked[name] for name in _OPTIONS if asked.get(name)}
    return given | {"configVersion": mock_random.get_random_string(20), "lastModifiedDate": _now()}


def _now() -> int:
    return int(unix_time() * 1000)
