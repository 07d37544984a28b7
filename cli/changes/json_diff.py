"""Differences between two versions of a stack's code, by resource and attribute."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["added", "removed", "changed"]

BLOCKS = ("resource", "data", "ephemeral")
"""What holds type → name → attributes; everything else in a stack's code is compared as a whole."""

_MISSING = object()


@dataclass(frozen=True)
class Difference:
    """One value that differs: where it is within its resource, and both versions. None is: not there."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class ResourceChange:
    """A resource, or a part of the code outside of resources, that differs."""

    address: str
    kind: Kind
    differences: tuple[Difference, ...] = ()


def code_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ResourceChange]:
    """Every resource that was added, removed or changed, sorted by its address."""
    before, after = dict(_parts(old)), dict(_parts(new))
    changes = []
    for address in sorted(before.keys() | after.keys()):
        if address not in before:
            changes.append(ResourceChange(address, "added"))
        elif address not in after:
            changes.append(ResourceChange(address, "removed"))
        elif found := tuple(differences(before[address], after[address])):
            changes.append(ResourceChange(address, "changed", found))
    return changes


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Yield where two values differ, as deep as they are alike. JSON in a text, such as a policy, is looked into."""
    old, new = _opened(old), _opened(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key, _MISSING), new.get(key, _MISSING), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            one, other = (values[index] if index < len(values) else _MISSING for values in (old, new))
            yield from differences(one, other, f"{path}[{index}]")
    elif old is _MISSING or new is _MISSING or old != new:
        yield Difference(path, *(None if value is _MISSING else value for value in (old, new)))


def _parts(code: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for block, content in code.items():
        if block == "//":
            continue
        if block not in BLOCKS:
            yield block, content
            continue
        prefix = "" if block == "resource" else f"{block}."
        for kind, resources in content.items():
            for name, attributes in resources.items():
                yield f"{prefix}{kind}.{name}", {key: its for key, its in attributes.items() if key != "//"}


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
