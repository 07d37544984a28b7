"""The affected stacks as a person reads them, and as a workflow does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cli.changes.affected import Affected, AffectedStack
from cli.changes.json_diff import Difference, ResourceChange
from cli.changes.value_words import shown

MOST_RESOURCES = 6
MOST_VALUES = 3
MOST_FILES = 3


def as_text(affected: Affected, base: str) -> Iterator[str]:
    """One block for each stack, in deploy order."""
    if not affected.stacks:
        yield f"No stack differs from {base}."
        return
    count = len(affected.stacks)
    yield f"{count} {'stack differs' if count == 1 else 'stacks differ'} from {base}, in the order of a deploy:"
    for number, wave in enumerate(affected.waves, start=1):
        for stack in wave:
            yield ""
            yield f"{number}. {stack.id}: {stack.kind}"
            yield from (f"   because {reason}" for reason in reasons(stack))
            yield from (f"   {line}" for line in _resources(stack.resources))


def reasons(stack: AffectedStack) -> list[str]:
    """Return what in the repository made the stack differ."""
    found = [str(change) for change in stack.because]
    if stack.files:
        more = len(stack.files) - MOST_FILES
        found.append(", ".join(stack.files[:MOST_FILES]) + (f" and {more} more files" if more > 0 else ""))
    return found


def as_json(affected: Affected, base: str) -> str:
    """Return the affected stacks as JSON, complete; `waves` holds the names alone."""
    document = {
        "base": base,
        "waves": [[stack.id for stack in wave] for wave in affected.waves],
        "stacks": [_stack(stack, number) for number, wave in enumerate(affected.waves) for stack in wave],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _stack(stack: AffectedStack, wave: int) -> dict[str, Any]:
    return {
        "id": stack.id,
        "environment": stack.environment,
        "name": stack.name,
        "wave": wave,
        "change": stack.kind,
        "settings": [vars(change) for change in stack.because],
        "files": list(stack.files),
        "resources": [
            {
                "address": change.address,
                "change": change.kind,
                "attributes": [vars(difference) for difference in change.differences],
            }
            for change in stack.resources
        ],
    }


def _resources(changes: tuple[ResourceChange, ...]) -> Iterator[str]:
    for change in changes[:MOST_RESOURCES]:
        if change.kind != "changed":
            yield f"{change.address}: {change.kind}"
        for difference in change.differences[:MOST_VALUES]:
            yield f"{change.address}: {_difference(difference)}"
        if (more := len(change.differences) - MOST_VALUES) > 0:
            yield f"{change.address}: {more} more values"
    if (more := len(changes) - MOST_RESOURCES) > 0:
        yield f"{more} more resources"


def _difference(difference: Difference) -> str:
    old, new = shown(difference.old, difference.new)
    return f"{difference.path} {old} → {new}"
