"""A new task definition in words: how many tasks are replaced, how, and by what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.changes.json_diff import Difference, differences
from cli.changes.plan_document import Action, Change
from cli.changes.value_words import change_of

SERVICE, DEFINITION = "aws_ecs_service", "aws_ecs_task_definition"
MOST_REASONS = 6


@dataclass(frozen=True)
class Rollout:
    """One service or job that gets another task definition."""

    text: str
    addresses: frozenset[str]
    noticed: bool


def rollouts(changes: Sequence[Change]) -> Iterator[Rollout]:
    """Every task definition that is replaced, beside the service that runs it."""
    services = [change for change in changes if change.type == SERVICE and change.action is Action.UPDATE]
    for definition in changes:
        if definition.type != DEFINITION or definition.action is not Action.REPLACE:
            continue
        family = str(definition.before["family"])
        reasons = list(_reasons(definition))
        more = len(reasons) - MOST_REASONS
        because = ", ".join(reasons[:MOST_REASONS]) + (f" and {more} more" if more > 0 else "")
        service = next((s for s in services if _family(s.before) == family), None)
        if service is None:
            yield Rollout(f"{family} runs next with {because}", frozenset({definition.address}), noticed=False)
            continue
        how, noticed = _how(service)
        addresses = frozenset({definition.address, service.address})
        others = [
            change_of(difference) for difference in service.differences if not difference.path.startswith("task_def")
        ]
        yield Rollout(f"{service.name} {how}: {', '.join([because, *others])}", addresses, noticed)


def _how(service: Change) -> tuple[str, bool]:
    count = service.after.get("desired_count") or 0
    tasks = "1 task" if count == 1 else f"{count} tasks"
    if not count:
        return "runs no task now; the next ones come", False
    if (service.after.get("deployment_minimum_healthy_percent") or 0) >= 100:
        return f"rolls {tasks}, new ones before old ones", False
    return f"stops {tasks} before new ones start, and is away meanwhile", True


def _family(service: Mapping[str, Any]) -> str:
    """`dev-orders` of arn:aws:ecs:…:task-definition/dev-orders:3."""
    return str(service.get("task_definition", "")).rpartition("/")[2].partition(":")[0]


def _reasons(definition: Change) -> Iterator[str]:
    for difference in definition.differences:
        if not difference.path.startswith("container_definitions"):
            yield change_of(difference)
    old, new = (_containers(its.get("container_definitions")) for its in (definition.before, definition.after))
    if new is None:
        yield "containers that only AWS can name"
        return
    for name in sorted((old or {}).keys() | new.keys()):
        if name not in new:
            yield f"the container {name} is gone"
        elif name not in (old or {}):
            yield f"the container {name} is new"
        else:
            prefix = "" if str(definition.before["family"]).endswith(f"-{name}") else f"{name}: "
            yield from (f"{prefix}{words}" for words in _container((old or {})[name], new[name]))


def _containers(text: Any) -> dict[str, dict[str, Any]] | None:
    return {its["name"]: its for its in json.loads(text)} if isinstance(text, str) and text else None


def _container(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for field in sorted((old.keys() | new.keys()) - {"environment", "secrets"}):
        # ECS fills in what is left out, and so nothing and its default are alike.
        if old.get(field) or new.get(field):
            yield from map(change_of, differences(old.get(field), new.get(field), field))
    for field, label, value in (("environment", "variable", "value"), ("secrets", "secret", "valueFrom")):
        before, after = ({its["name"]: its[value] for its in version.get(field) or []} for version in (old, new))
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                # Where a secret lies is nothing to read: that it is another one is.
                values = (before.get(name), after.get(name))
                if field == "secrets" and None in values:
                    yield f"secret {name} is {'new' if values[0] is None else 'gone'}"
                    continue
                difference = Difference(name, *values)
                yield change_of(difference, f"{label} {name}")
