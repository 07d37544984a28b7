"""The text of an imported service's file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli.importers.draft import Draft
from cli.services.text import SCHEMA_LINE, scalar
from config.models.service.service import OVERRIDES, Service

_ORDER = [*Service.model_fields, OVERRIDES]
# Short mappings that read well in one line.
_IN_ONE_LINE = frozenset({"image", "database", "cache", "singleton"})
# JSON leaves these as they are, and YAML takes them for the end of a line.
_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def draft_text(draft: Draft, command: str) -> str:
    """Write the file, its fields in the order of the reference."""
    place = f"{draft.origin.file}:{draft.origin.line}" if draft.origin.line else str(draft.origin.file)
    lines = [SCHEMA_LINE, f"# Imported from {place} by `groundwork import {command}`"]
    fields = sorted(draft.fields.items(), key=lambda field: _ORDER.index(field[0]))
    return "\n".join([*lines, *_lines(dict(fields), "")]) + "\n"


def _lines(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, dict) and value and not _is_short(name, value):
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{name}: {_value(value)}"


def _is_short(name: str, value: Mapping[str, Any]) -> bool:
    return name in _IN_ONE_LINE and all(not isinstance(its, dict) for its in value.values())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(its)}" for name, its in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_quoted(one) if isinstance(one, str) else _value(one) for one in value) + "]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        return _quoted(value) if _BREAKS.search(value) else scalar(value)
    return str(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
