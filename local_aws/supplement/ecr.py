"""moto 5.2.5 has no pull-through cache rules."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.exceptions import RepositoryNotFoundException
from moto.ecr.responses import ECRResponse

from local_aws.supplement.patch import add, state

_SETTINGS = (
    "ecrRepositoryPrefix",
    "upstreamRegistryUrl",
    "upstreamRegistry",
    "upstreamRepositoryPrefix",
    "credentialArn",
    "customRoleArn",
)


def apply() -> None:
    """Apply the patches of this file to moto."""
    add(
        ECRResponse,
        create_pull_through_cache_rule=_create_pull_through_cache_rule,
        describe_pull_through_cache_rules=_describe_pull_through_cache_rules,
        update_pull_through_cache_rule=_update_pull_through_cache_rule,
        delete_pull_through_cache_rule=_delete_pull_through_cache_rule,
    )


def _create_pull_through_cache_rule(response: Any) -> ActionResult:
    known = {name: response._get_param(name) for name in _SETTINGS}
    known |= {"registryId": response.current_account, "createdAt": utcnow()}
    _kept(response)[known["ecrRepositoryPrefix"]] = known
    return ActionResult(known)


def _describe_pull_through_cache_rules(response: Any) -> ActionResult:
    kept = _kept(response)
    asked = response._get_param("ecrRepositoryPrefixes") or list(kept)
    return ActionResult({"pullThroughCacheRules": [_find(response, prefix) for prefix in asked]})


def _update_pull_through_cache_rule(response: Any) -> ActionResult:
    known = _find(response, response._get_param("ecrRepositoryPrefix"))
    changed = {name: response._get_param(name) for name in ("credentialArn", "customRoleArn")}
    known |= {name: value for name, value in changed.items() if value}
    return ActionResult(known | {"updatedAt": utcnow()})


def _delete_pull_through_cache_rule(response: Any) -> ActionResult:
    known = _find(response, response._get_param("ecrRepositoryPrefix"))
    return ActionResult(_kept(response).pop(known["ecrRepositoryPrefix"]))


def _find(response: Any, prefix: str) -> dict[str, Any]:
    if prefix not in _kept(response):
        # moto finds an error's shape by the module of its class, which must be its own.
        error = RepositoryNotFoundException(prefix, response.current_account)
        error.code = "PullThroughCacheRuleNotFoundException"
        raise error
    return _kept(response)[prefix]


def _kept(response: Any) -> dict[str, dict[str, Any]]:
    return state(response.ecr_backend, "pull_through_cache_rules")
