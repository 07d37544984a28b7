"""A value that changes, in words."""

from __future__ import annotations

import json
import re
from typing import Any

from cli.changes.json_diff import Difference
from config.source.node import shortened

LONGEST_VALUE = 40

UNITS = {"memory": " MiB", "cpu": " CPU units", "retention_in_days": " days", "backup_retention_period": " days"}
UNITS |= {"allocated_storage": " GiB", "max_allocated_storage": " GiB", "size": " GiB", "limit_amount": " USD"}
LABELS = tuple(
    (re.compile(path), word)
    for path, word in (
        (r"condition\[\d+\]\.host_header\[\d+\]\.values\[\d+\]", "host"),
        (r"condition\[\d+\]\.path_pattern\[\d+\]\.values\[\d+\]", "path"),
        (r"(.*\.)?max_capacity", "most tasks"),
        (r"(.*\.)?min_capacity", "fewest tasks"),
        (r"desired_count", "tasks"),
    )
)


def change_of(difference: Difference, label: str | None = None) -> str:
    """`memory 512 → 1024 MiB`; of long values only where they differ."""
    old, new = shown(difference.old, difference.new)
    unit = UNITS.get(difference.path, "")
    name = label or next((word for path, word in LABELS if path.fullmatch(difference.path)), difference.path)
    if difference.old in (None, ""):
        return f"{name} {new}{unit} is new"
    if difference.new in (None, ""):
        return f"{name} is gone"
    if old == new:
        return f"{name} is another"
    return f"{name} {old} → {new}{unit}"


def shown(old: Any, new: Any) -> tuple[str, str]:
    """Both values as text, without what is alike at their beginning where they are long."""
    before, after = _plain(old), _plain(new)
    alike = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    end = max(before.rfind(mark, 0, alike) for mark in "/:, ") + 1
    if end and max(len(before), len(after)) > LONGEST_VALUE:
        before, after = f"…{before[end:]}", f"…{after[end:]}"
    return shortened(before), shortened(after)


def _plain(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
