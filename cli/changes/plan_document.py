"""Terraform's JSON plan of one stack, as far as people ask about it.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cli.changes.json_diff import Difference, differences

_HASH = re.compile(r"_[0-9A-F]{8}$")
NAMES = ("identifier", "alarm_name", "bucket", "family", "function_name", "name", "domain_name", "alias", "repository")
NOT_TOLD = ("tags_all",)
"""Computed from what is told anyway."""

UNKNOWN, HIDDEN = "what AWS says then", "(not shown)"


class Action(Enum):
    """An action of Terraform on a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True)
class Change:
    """One resource that the plan changes."""

    address: str
    type: str
    action: Action
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]
    sensitive: frozenset[str]
    replaced_for: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name by which AWS knows it; else its address in the code."""
        values = {**self.before, **{key: value for key, value in self.after.items() if value is not None}}
        for field in NAMES:
            if isinstance(values.get(field), str) and values[field]:
                return str(values[field])
        tagged = (values.get("tags") or {}).get("Name")
        if self.type.startswith("aws_vpc_security_group_"):
            tagged = values.get("description")
        return str(tagged or _HASH.sub("", self.address.rpartition(".")[2]).replace("_", " "))

    @property
    def differences(self) -> list[Difference]:
        """The arguments that differ; a value that only AWS knows is UNKNOWN, a secret is HIDDEN."""
        after = {**self.after, **{key: UNKNOWN for key, its in self.unknown.items() if its is True}}
        found = [
            difference
            for key in sorted(self.before.keys() | after.keys())
            if key not in NOT_TOLD and not _both_empty(self.before.get(key), after.get(key))
            for difference in self._of(key, after)
        ]
        # An attribute that AWS makes up again is no news, unless it was the reason.
        return [d for d in found if (d.new != UNKNOWN or d.path in self.replaced_for) and not _is_default(d)]

    def _of(self, key: str, after: Mapping[str, Any]) -> list[Difference]:
        old, new = self.before.get(key), after.get(key)
        if key in self.sensitive:
            return [Difference(key, HIDDEN, HIDDEN)] if old != new else []
        return list(differences(old, new, key))


@dataclass(frozen=True)
class StackPlan:
    """All changes of one stack, and the outputs whose value will be another."""

    stack: str
    changes: tuple[Change, ...]
    outputs: frozenset[str]


def read_plan(stack: str, document: Mapping[str, Any]) -> StackPlan:
    """Read the output of `terraform show -json` about a stack's plan."""
    changes = [_change(entry) for entry in document.get("resource_changes", []) if entry["mode"] == "managed"]
    outputs = {name for name, its in document.get("output_changes", {}).items() if its["actions"] != ["no-op"]}
    return StackPlan(stack, tuple(change for change in changes if change), frozenset(outputs))


def _change(entry: Mapping[str, Any]) -> Change | None:
    change = entry["change"]
    actions = change["actions"]
    if actions in (["no-op"], ["read"], ["forget"]):
        return None
    sensitive = [change.get(f"{when}_sensitive") for when in ("before", "after")]
    return Change(
        address=entry["address"],
        type=entry["type"],
        action=Action.REPLACE if len(actions) > 1 else Action(actions[0]),
        before=change.get("before") or {},
        after=change.get("after") or {},
        unknown=change.get("after_unknown") or {},
        sensitive=frozenset(
            key for its in sensitive if isinstance(its, dict) for key, secret in its.items() if _any(secret)
        ),
        replaced_for=tuple(".".join(map(str, path)) for path in change.get("replace_paths", [])),
    )


def _any(marks: Any) -> bool:
    """Return whether something is marked in a value that is marked part by part."""
    parts = marks.values() if isinstance(marks, dict) else marks if isinstance(marks, list) else None
    return marks is True if parts is None else any(map(_any, parts))


def _is_default(difference: Difference) -> bool:
    """Return whether one version leaves out what the other writes and means nothing by."""
    return None in (difference.old, difference.new) and not (difference.old or difference.new)


def _both_empty(old: Any, new: Any) -> bool:
    return not old and not new and old is not False and new is not False
