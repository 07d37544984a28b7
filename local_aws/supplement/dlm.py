"""moto 5.2.5 has no Data Lifecycle Manager: a whole service, in the shape that moto's own have.

It keeps policies and makes no snapshots.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import moto.backends
from moto.backend_index import backend_url_patterns
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import Kept, add, state

URL = r"https?://dlm\.(.+)\.amazonaws\.com"
_PATHS = ("policies", "policies/(?P<policyId>[^/]+)", "tags/(?P<resourceArn>.+)")
_DEFAULTS: dict[str, Any] = {
    "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
    "PolicyLanguage": "STANDARD",
    "ResourceLocations": ["CLOUD"],
}


class DlmBackend(BaseBackend):  # type: ignore[misc]  # moto's class is Any to mypy here
    """Keeps lifecycle policies by their id."""

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=[URL], url_paths={f"{{0}}/{path}$": DlmResponse.dispatch for path in _PATHS})


class DlmResponse(BaseResponse):  # type: ignore[misc]  # as above
    """Answers for it; its operations are added below."""

    def __init__(self) -> None:
        super().__init__(service_name="dlm")
        self.automated_parameter_parsing = True

    @property
    def kept(self) -> Kept:
        """Return the kept policies, by id."""
        return state(backends[self.current_account][self.region], "policies")

    def find(self) -> dict[str, Any]:
        """Return the policy that the request names by id or ARN; refuse an unknown one as AWS does."""
        id_ = self._get_param("PolicyId") or self._get_param("ResourceArn").rpartition("/")[2]
        if id_ not in self.kept:
            raise JsonRESTError("ResourceNotFoundException", f"There is no {id_}")
        policy: dict[str, Any] = self.kept[id_]
        return policy


backends = BackendDict(DlmBackend, "dlm")


def apply() -> None:
    """Apply the patches of this file to moto."""
    backend_url_patterns.append(("dlm", re.compile(URL)))
    find_backend = moto.backends.get_backend
    moto.backends.get_backend = lambda name: backends if name == "dlm" else find_backend(name)
    add(
        DlmResponse,
        create_lifecycle_policy=_create,
        get_lifecycle_policy=lambda response: ActionResult({"Policy": response.find()}),
        get_lifecycle_policies=lambda response: ActionResult({"Policies": list(response.kept.values())}),
        update_lifecycle_policy=_update,
        delete_lifecycle_policy=_delete,
        list_tags_for_resource=lambda response: ActionResult({"Tags": response.find()["Tags"]}),
        tag_resource=_tag,
        untag_resource=_untag,
    )


def _create(response: Any) -> ActionResult:
    id_ = f"policy-{mock_random.get_random_hex(17)}"
    account = f"arn:{response.partition}:dlm:{response.region}:{response.current_account}"
    response.kept[id_] = {
        "Tags": {},
        **_given(response),
        "PolicyId": id_,
        "PolicyArn": f"{account}:policy/{id_}",
        "DateCreated": utcnow(),
        "DateModified": utcnow(),
    }
    return ActionResult({"PolicyId": id_})


def _update(response: Any) -> ActionResult:
    response.find().update({**_given(response), "DateModified": utcnow()})
    return ActionResult({})


def _given(response: Any) -> dict[str, Any]:
    given = {name: value for name, value in response.params.items() if value is not None and name != "PolicyId"}
    if "PolicyDetails" in given:
        given["PolicyDetails"] = _DEFAULTS | given["PolicyDetails"]
    return given


def _delete(response: Any) -> ActionResult:
    del response.kept[response.find()["PolicyId"]]
    return ActionResult({})


def _tag(response: Any) -> ActionResult:
    response.find()["Tags"].update(response._get_param("Tags"))
    return ActionResult({})


def _untag(response: Any) -> ActionResult:
    for key in response._get_param("TagKeys"):
        response.find()["Tags"].pop(key, None)
    return ActionResult({})
