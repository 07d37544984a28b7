"""Serverless caches for moto 5.2.5, which has ElastiCache's clusters alone."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from local_aws.supplement.patch import add, state, wrap

KEPT = "serverless_caches"
SETTINGS = ("Description", "CacheUsageLimits", "SecurityGroupIds", "SnapshotRetentionLimit", "DailySnapshotTime")


class _ThereAlready(ElastiCacheException):  # type: ignore[misc]
    code = "ServerlessCacheAlreadyExistsFault"


class _NotThere(ElastiCacheException):  # type: ignore[misc]
    code = "ServerlessCacheNotFoundFault"


def apply() -> None:
    """Apply the patches of this file to moto."""
    add(
        ElastiCacheResponse,
        create_serverless_cache=_create,
        describe_serverless_caches=_describe,
        modify_serverless_cache=_modify,
        delete_serverless_cache=_delete,
    )
    for name in ("list_tags_for_resource", "add_tags_to_resource", "remove_tags_from_resource"):
        wrap(ElastiCacheResponse, name, globals()[f"_{name}"])


def _create(response: Any) -> Any:
    asked = _asked(response)
    name, region = asked["ServerlessCacheName"], response.region
    kept = state(response.elasticache_backend, KEPT)
    if name in kept:
        raise _ThereAlready(f"{name} is there already")
    host = f"{name}-a1b2c3.serverless.{region}.cache.amazonaws.com"
    version = asked.get("MajorEngineVersion") or "8"
    kept[name] = {
        "SnapshotRetentionLimit": 0,
        **{key: value for key, value in asked.items() if key != "Tags"},
        "MajorEngineVersion": version,
        "FullEngineVersion": f"{version}.0",
        "Status": "available",
        "CreateTime": utcnow(),
        "ARN": f"arn:aws:elasticache:{region}:{response.current_account}:serverlesscache:{name}",
        "Endpoint": {"Address": host, "Port": 6379},
        "ReaderEndpoint": {"Address": host, "Port": 6380},
        "tags": {tag["Key"]: tag["Value"] for tag in asked.get("Tags", [])},
    }
    return _answer(kept[name])


def _describe(response: Any) -> Any:
    kept, name = state(response.elasticache_backend, KEPT), _asked(response).get("ServerlessCacheName")
    found = [_find(response, name)] if name else list(kept.values())
    return ActionResult({"ServerlessCaches": [_shown(one) for one in found]})


def _modify(response: Any) -> Any:
    asked = _asked(response)
    cache = _find(response, asked["ServerlessCacheName"])
    cache.update({key: asked[key] for key in SETTINGS if key in asked})
    return _answer(cache)


def _delete(response: Any) -> Any:
    name = _asked(response)["ServerlessCacheName"]
    cache = _find(response, name)
    del state(response.elasticache_backend, KEPT)[name]
    return _answer(cache | {"Status": "deleting"})


def _list_tags_for_resource(original: Any, response: Any) -> Any:
    cache = _by_arn(response)
    return original(response) if cache is None else _tags(cache)


def _add_tags_to_resource(original: Any, response: Any) -> Any:
    cache = _by_arn(response)
    if cache is None:
        return original(response)
    cache["tags"] |= {tag["Key"]: tag["Value"] for tag in _asked(response)["Tags"]}
    return _tags(cache)


def _remove_tags_from_resource(original: Any, response: Any) -> Any:
    cache = _by_arn(response)
    if cache is None:
        return original(response)
    for key in _asked(response)["TagKeys"]:
        cache["tags"].pop(key, None)
    return _tags(cache)


def _asked(response: Any) -> dict[str, Any]:
    asked: dict[str, Any] = response._get_params()
    return asked


def _find(response: Any, name: str) -> dict[str, Any]:
    kept: dict[str, dict[str, Any]] = state(response.elasticache_backend, KEPT)
    if name not in kept:
        raise _NotThere(f"there is no serverless cache {name}")
    return kept[name]


def _by_arn(response: Any) -> dict[str, Any] | None:
    backend: ElastiCacheBackend = response.elasticache_backend
    arn = _asked(response)["ResourceName"]
    return next((one for one in state(backend, KEPT).values() if one["ARN"] == arn), None)


def _shown(cache: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cache.items() if key != "tags"}


def _answer(cache: dict[str, Any]) -> Any:
    return ActionResult({"ServerlessCache": _shown(cache)})


def _tags(cache: dict[str, Any]) -> Any:
    return ActionResult({"TagList": [{"Key": key, "Value": value} for key, value in cache["tags"].items()]})
