"""moto 5.2.5 has no Global Accelerator: a whole service, in the shape that moto's own have."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import moto.backends
from moto.backend_index import backend_url_patterns
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random
from moto.utilities.utils import PARTITION_NAMES

from local_aws.supplement.patch import add, state

URL = r"https?://globalaccelerator\.(.+)\.amazonaws\.com"
_DEFAULTS: dict[str, dict[str, Any]] = {
    "Accelerator": {"IpAddressType": "IPV4", "Enabled": True, "Status": "DEPLOYED"},
    "Listener": {"ClientAffinity": "NONE"},
    "EndpointGroup": {
        "TrafficDialPercentage": 100.0,
        "HealthCheckProtocol": "TCP",
        "HealthCheckIntervalSeconds": 30,
        "ThresholdCount": 3,
        "PortOverrides": [],
    },
}
_PARENTS = {"Listener": "Accelerator", "EndpointGroup": "Listener"}


class GlobalAcceleratorBackend(BaseBackend):  # type: ignore[misc]  # moto's class is Any to mypy here
    """Keeps accelerators, listeners and endpoint groups, each by its ARN."""

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=[URL], url_paths={"{0}/$": GlobalAcceleratorResponse.dispatch})


class GlobalAcceleratorResponse(BaseResponse):  # type: ignore[misc]  # as above
    """Answers for it; its operations are added below."""

    def __init__(self) -> None:
        super().__init__(service_name="globalaccelerator")
        self.automated_parameter_parsing = True

    def kept(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the kept objects of a kind, by ARN."""
        return state(backends[self.current_account][self.partition], kind)

    def find(self, kind: str) -> dict[str, Any]:
        """Return the object that the request names; refuse an unknown one as AWS does."""
        arn = self._get_param(f"{kind}Arn")
        if arn not in self.kept(kind):
            raise JsonRESTError(f"{kind}NotFoundException", f"There is no {arn}")
        return self.kept(kind)[arn]


backends = BackendDict(
    GlobalAcceleratorBackend, "globalaccelerator", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)


def apply() -> None:
    """Apply the patches of this file to moto."""
    backend_url_patterns.append(("globalaccelerator", re.compile(URL)))
    find_backend = moto.backends.get_backend
    moto.backends.get_backend = lambda name: backends if name == "globalaccelerator" else find_backend(name)
    for kind, word in (("Accelerator", "accelerator"), ("Listener", "listener"), ("EndpointGroup", "endpoint_group")):
        add(GlobalAcceleratorResponse, **_operations(kind, word))
    add(
        GlobalAcceleratorResponse,
        describe_accelerator_attributes=_describe_attributes,
        update_accelerator_attributes=_update_attributes,
        list_cross_account_resources=lambda _response: ActionResult({"CrossAccountResources": []}),
        list_tags_for_resource=_list_tags,
        tag_resource=_tag,
        untag_resource=_untag,
    )


def _operations(kind: str, word: str) -> dict[str, Callable[[Any], ActionResult]]:
    """Create, describe, update, delete and list: the three kinds differ in little but their fields."""

    def create(response: Any) -> ActionResult:
        parent = response.find(_PARENTS[kind])[f"{_PARENTS[kind]}Arn"] if kind in _PARENTS else None
        arn = _arn(response, kind, parent)
        created = _DEFAULTS[kind] | _given(response) | {f"{kind}Arn": arn}
        if kind == "Accelerator":
            created |= _addresses() | {"CreatedTime": utcnow()}
            _tags(response, arn).update(_by_key(response._get_param("Tags") or []))
        response.kept(kind)[arn] = created
        return ActionResult({kind: created})

    def describe(response: Any) -> ActionResult:
        return ActionResult({kind: response.find(kind)})

    def update(response: Any) -> ActionResult:
        known = response.find(kind)
        known |= _given(response)
        return ActionResult({kind: known})

    def delete(response: Any) -> ActionResult:
        known = response.find(kind)
        if kind == "Accelerator" and known["Enabled"]:
            raise JsonRESTError("AcceleratorNotDisabledException", "The accelerator is still enabled")
        del response.kept(kind)[known[f"{kind}Arn"]]
        return ActionResult({})

    def list_(response: Any) -> ActionResult:
        parent = response._get_param(f"{_PARENTS.get(kind)}Arn") or ""
        return ActionResult({f"{kind}s": [one for arn, one in response.kept(kind).items() if arn.startswith(parent)]})

    verbs = {"create": create, "describe": describe, "update": update, "delete": delete}
    return {f"{verb}_{word}": operation for verb, operation in verbs.items()} | {f"list_{word}s": list_}


def _given(response: Any) -> dict[str, Any]:
    given = {name: value for name, value in response.params.items() if value is not None and name != "Tags"}
    if "EndpointConfigurations" in given:
        given["EndpointDescriptions"] = [
            {"Weight": 128, "HealthState": "HEALTHY", "ClientIPPreservationEnabled": True} | one
            for one in given.pop("EndpointConfigurations")
        ]
    return given


def _arn(response: Any, kind: str, parent: str | None) -> str:
    if parent is None:
        account = f"arn:{response.partition}:globalaccelerator::{response.current_account}"
        return f"{account}:accelerator/{mock_random.uuid4()}"
    return f"{parent}/{'listener' if kind == 'Listener' else 'endpoint-group'}/{mock_random.get_random_hex(8)}"


def _addresses() -> dict[str, Any]:
    numbers = [f"75.2.{mock_random.randint(1, 254)}.{mock_random.randint(1, 254)}" for _ in range(2)]
    return {
        "IpSets": [{"IpFamily": "IPv4", "IpAddressFamily": "IPv4", "IpAddresses": numbers}],
        "DnsName": f"a{mock_random.get_random_hex(16)}.awsglobalaccelerator.com",
    }


def _describe_attributes(response: Any) -> ActionResult:
    known = response.find("Accelerator")
    return ActionResult({"AcceleratorAttributes": known.setdefault("_attributes", {"FlowLogsEnabled": False})})


def _update_attributes(response: Any) -> ActionResult:
    known = response.find("Accelerator")
    known["_attributes"] = known.get("_attributes", {}) | _given(response)
    return ActionResult({"AcceleratorAttributes": known["_attributes"]})


def _list_tags(response: Any) -> ActionResult:
    return ActionResult({"Tags": list(_tags(response, response._get_param("ResourceArn")).values())})


def _tag(response: Any) -> ActionResult:
    _tags(response, response._get_param("ResourceArn")).update(_by_key(response._get_param("Tags")))
    return ActionResult({})


def _untag(response: Any) -> ActionResult:
    for key in response._get_param("TagKeys"):
        _tags(response, response._get_param("ResourceArn")).pop(key, None)
    return ActionResult({})


def _tags(response: Any, arn: str) -> dict[str, dict[str, str]]:
    backend = backends[response.current_account][response.partition]
    tags: dict[str, dict[str, str]] = vars(backend).setdefault("kept_tags", {}).setdefault(arn, {})
    return tags


def _by_key(tags: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {tag["Key"]: tag for tag in tags}
