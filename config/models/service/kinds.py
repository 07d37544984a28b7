"""The kinds of service, and which fields each asks for or makes meaningless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from config.models.settings import Mistake


class Kind(StrEnum):
    """The kind of a service; it decides what may reach it."""

    PUBLIC_WEB = "public-web"
    INTERNAL = "internal"
    WORKER = "worker"
    SCHEDULED_JOB = "scheduled-job"
    ONE_OFF = "one-off"

    @property
    def keeps_running(self) -> bool:
        """Return whether ECS replaces a task that ends."""
        return self not in (Kind.SCHEDULED_JOB, Kind.ONE_OFF)


@dataclass(frozen=True)
class KindRule:
    """Fields (dotted) that a kind needs or refuses, each with its reason."""

    needs: Mapping[str, str] = field(default_factory=dict)
    refuses: Mapping[str, str] = field(default_factory=dict)


_LISTENS = {"port": "must say where it listens"}
_LOOKED_AT = {
    "health_check": "must say how ECS sees that it works: `command:` below `health_check:`, or `health_check: none`"
}
_NO_REQUESTS = {
    "http": "takes no requests from outside",
    "health_check.path": "is not asked by the load balancer",
    "health_check.matcher": "is not asked by the load balancer",
    "health_check.healthy_threshold": "is not asked by the load balancer",
    "scaling.requests_per_task": "has no requests to count",
}
_NOT_CONNECTED = {
    "port": "has nobody who connects to it",
    "ports": "has nobody who connects to it",
    **_NO_REQUESTS,
}
_KEEPS_RUNNING = {
    "schedule": "keeps running",
    "before": "keeps running",
    "timeout_minutes": "keeps running; `rollout.timeout_minutes` says how long its deploy may take",
}
_ENDS = {
    **{path: reason for path, reason in _NOT_CONNECTED.items() if not path.startswith("health_check.")},
    "health_check": "ends, and its exit code tells",
    "scaling": "runs one task and ends",
    "on_demand_base": "runs one task and ends; `spot_percent: 0` keeps it off Spot",
    "rollout": "runs one task and ends; `timeout_minutes` says how long that may take",
    "metrics": "ends before it could be scraped",
    "slo": "serves no requests",
}

KIND_RULES: dict[Kind, KindRule] = {
    Kind.PUBLIC_WEB: KindRule(
        needs=_LISTENS,
        refuses={
            **_KEEPS_RUNNING,
            "rollout.deregistration_delay_s": "drains by `http.drain_s`",
        },
    ),
    Kind.INTERNAL: KindRule(needs={**_LISTENS, **_LOOKED_AT}, refuses={**_NO_REQUESTS, **_KEEPS_RUNNING}),
    Kind.WORKER: KindRule(
        refuses={
            **_NOT_CONNECTED,
            **_KEEPS_RUNNING,
            "rollout.deregistration_delay_s": "has nobody who connects to it; `stop_timeout_s` is for its work at hand",
        }
    ),
    Kind.SCHEDULED_JOB: KindRule(
        needs={"schedule": "must say when it runs"}, refuses={**_ENDS, "before": "runs at its own time"}
    ),
    Kind.ONE_OFF: KindRule(refuses={**_ENDS, "schedule": "runs when told to"}),
}


def kind_mistakes(kind: Kind, settings: BaseModel) -> Iterator[Mistake]:
    """Yield the fields that do not go with the kind."""
    rule = KIND_RULES[kind]
    for path, reason in rule.needs.items():
        if _written(settings, path) is None:
            yield Mistake(
                field=path,
                message=f"a service of kind {kind} {reason}",
                fix=f"add `{path}:`",
                because=("kind",),
            )
    for path, reason in rule.refuses.items():
        if _written(settings, path) is not None:
            others = [str(other) for other, its in KIND_RULES.items() if not its.refuses.keys() & _with_parents(path)]
            yield Mistake(
                field=path,
                message=f"a service of kind {kind} {reason}",
                allowed=f"only with kind {' or '.join(others)}" if others else None,
                fix="remove it, or choose another kind",
            )


def kind_schema() -> list[dict[str, Any]]:
    """Return the rules of the kinds as JSON Schema."""
    return [
        {
            "if": {"properties": {"kind": {"const": str(kind)}}, "required": ["kind"]},
            "then": {
                **({"required": list(rule.needs)} if rule.needs else {}),
                "properties": _merge(
                    *(_nest(path, {"not": {"const": None}}) for path in rule.needs),
                    *(_nest(path, {"const": None}) for path in rule.refuses),
                ),
            },
        }
        for kind, rule in KIND_RULES.items()
    ]


def _with_parents(path: str) -> set[str]:
    names = path.split(".")
    return {".".join(names[: index + 1]) for index in range(len(names))}


def _written(settings: BaseModel, path: str) -> object:
    value: object = settings
    for name in path.split("."):
        if not isinstance(value, BaseModel) or name not in value.model_fields_set:
            return None
        value = getattr(value, name)
    return value


def _nest(path: str, schema: dict[str, Any]) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: {"properties": _nest(rest, schema)} if rest else schema}


def _merge(*parts: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        merged |= part
    return merged
