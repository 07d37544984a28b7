"""moto 5.2.5 has half of a collection: no wildcard or AWS-owned keys, no way to read or delete endpoints, no limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from moto.core.utils import unix_time
from moto.ec2 import ec2_backends
from moto.opensearchserverless.exceptions import ValidationException
from moto.opensearchserverless.models import Collection, OpenSearchServiceServerlessBackend
from moto.opensearchserverless.responses import OpenSearchServiceServerlessResponse

from local_aws.supplement.patch import add, wrap

# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scaling.html
_LIMITS = {"maxIndexingCapacityInOCU": 10, "maxSearchCapacityInOCU": 10}
_LEAST_LIMIT = 2  # by botocore's model


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(OpenSearchServiceServerlessBackend, "create_collection", _create_collection)
    wrap(OpenSearchServiceServerlessBackend, "batch_get_collection", _batch_get_collection)
    wrap(OpenSearchServiceServerlessBackend, "create_vpc_endpoint", _create_vpc_endpoint)
    add(
        OpenSearchServiceServerlessResponse,
        update_collection=_update_collection,
        batch_get_vpc_endpoint=_batch_get_vpc_endpoint,
        list_vpc_endpoints=_list_vpc_endpoints,
        update_vpc_endpoint=_update_vpc_endpoint,
        delete_vpc_endpoint=_delete_vpc_endpoint,
        get_account_settings=_get_account_settings,
        update_account_settings=_update_account_settings,
    )


def _create_collection(_original: Callable[..., Any], backend: Any, **asked: Any) -> Any:
    resource = f"collection/{asked['name']}"
    keys = [
        policy.policy.get("KmsARN", "auto")
        for policy in backend.security_policies.values()
        if policy.type == "encryption"
        for rule in policy.policy["Rules"]
        if any(fnmatchcase(resource, pattern) for pattern in rule["Resource"])
    ]
    if not keys:
        raise ValidationException(
            f"No matching security policy of encryption type found for collection name: {asked['name']}. "
            "Please create security policy of encryption type for this collection."
        )
    asked |= {"standby_replicas": asked["standby_replicas"] or "ENABLED", "type": asked["type"] or "TIMESERIES"}
    collection = Collection(
        **asked, policy={"KmsARN": keys[0]}, region=backend.region_name, account_id=backend.account_id
    )
    backend.collections[collection.id] = collection
    backend.tag_resource(collection.arn, asked["tags"])
    return collection


def _batch_get_collection(_original: Callable[..., Any], backend: Any, ids: Any, names: Any) -> Any:
    asked, kind = (ids, "id") if ids else (names or [], "name")
    known = {getattr(collection, kind): collection for collection in backend.collections.values()}
    found = [known[value].to_dict_batch() for value in asked if value in known]
    return found, [{kind: value, "errorCode": "NOT_FOUND"} for value in asked if value not in known]


def _update_collection(response: Any) -> str:
    asked = json.loads(response.body)
    collection = response.opensearchserverless_backend.collections[asked["id"]]
    collection.description = asked.get("description", collection.description)
    return json.dumps({"updateCollectionDetail": collection.to_dict()})


def _create_vpc_endpoint(original: Callable[..., Any], backend: Any, **asked: Any) -> Any:
    endpoint = original(backend, **asked)
    # The provider asks EC2, not OpenSearch Serverless, for the security groups.
    endpoint.id = (
        _ec2(backend)
        .create_vpc_endpoint(
            asked["vpc_id"],
            f"com.amazonaws.{backend.region_name}.aoss",
            "Interface",
            policy_document=None,
            route_table_ids=[],
            subnet_ids=asked["subnet_ids"],
            security_group_ids=asked["security_group_ids"],
        )
        .id
    )
    return endpoint


def _batch_get_vpc_endpoint(response: Any) -> str:
    known, asked = _endpoints(response), json.loads(response.body)["ids"]
    details = [
        known[id_].to_dict()
        | {
            "vpcId": known[id_].vpc_id,
            "subnetIds": known[id_].subnet_ids,
            "securityGroupIds": known[id_].security_group_ids,
            "createdDate": int(unix_time() * 1000),
        }
        for id_ in asked
        if id_ in known
    ]
    errors = [{"id": id_, "errorCode": "NOT_FOUND"} for id_ in asked if id_ not in known]
    return json.dumps({"vpcEndpointDetails": details, "vpcEndpointErrorDetails": errors})


def _list_vpc_endpoints(response: Any) -> str:
    return json.dumps({"vpcEndpointSummaries": [known.to_dict() for known in _endpoints(response).values()]})


def _update_vpc_endpoint(response: Any) -> str:
    asked = json.loads(response.body)
    endpoint = _endpoints(response)[asked["id"]]
    in_ec2 = _ec2(response.opensearchserverless_backend).vpc_end_points[endpoint.id]
    for ids, kind in ((endpoint.subnet_ids, "SubnetIds"), (endpoint.security_group_ids, "SecurityGroupIds")):
        removed = asked.get(f"remove{kind}") or []
        ids[:] = [id_ for id_ in ids if id_ not in removed] + (asked.get(f"add{kind}") or [])
    in_ec2.subnet_ids, in_ec2.security_group_ids = endpoint.subnet_ids, endpoint.security_group_ids
    return json.dumps({"UpdateVpcEndpointDetail": endpoint.to_dict()})


def _delete_vpc_endpoint(response: Any) -> str:
    backend = response.opensearchserverless_backend
    endpoint = _endpoints(response)[json.loads(response.body)["id"]]
    del backend.os_endpoints[endpoint.client_token]
    _ec2(backend).delete_vpc_endpoints([endpoint.id])
    return json.dumps({"deleteVpcEndpointDetail": endpoint.to_dict() | {"status": "DELETING"}})


def _get_account_settings(response: Any) -> str:
    return json.dumps({"accountSettingsDetail": {"capacityLimits": _limits(response)}})


def _update_account_settings(response: Any) -> str:
    asked = json.loads(response.body).get("capacityLimits") or {}
    if too_low := [f"{name}: {value}" for name, value in asked.items() if value < _LEAST_LIMIT]:
        raise ValidationException(f"Value must be at least {_LEAST_LIMIT}: {', '.join(too_low)}")
    _limits(response).update(asked)
    return _get_account_settings(response)


def _limits(response: Any) -> dict[str, int]:
    # A plain dictionary: an account has its limits from the start, they are no resource that could be left behind.
    limits: dict[str, int] = vars(response.opensearchserverless_backend).setdefault("account_limits", dict(_LIMITS))
    return limits


def _endpoints(response: Any) -> dict[str, Any]:
    return {known.id: known for known in response.opensearchserverless_backend.os_endpoints.values()}


def _ec2(backend: Any) -> Any:
    return ec2_backends[backend.account_id][backend.region_name]
