"""What OpenSearch's default dynamic mapping makes of documents, and which of them it refuses.

A model of one index, to judge the log router by.
https://docs.opensearch.org/latest/field-types/dynamic-mapping/ and, for what a date is,
https://docs.opensearch.org/latest/field-types/supported-field-types/date/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LARGEST_FLOAT = 3.4028234663852886e38
MOST_FIELDS = 1000
DEEPEST = 20
MOST_BYTES_OF_A_TERM = 32766

YEAR = r"[+-]?\d{4,10}"
ZONE = r"(Z|[+-]\d{2}(:?\d{2}(:?\d{2})?)?|[A-Za-z][A-Za-z_]+(/[A-Za-z_]+)*)?"
STRICT_DATE_OPTIONAL_TIME = re.compile(
    rf"{YEAR}(-\d\d(-\d\d)?)?(T(\d\d(:\d\d(:\d\d([.,]\d{{1,9}})?)?)?{ZONE})?)?", re.ASCII
)
SLASHES = re.compile(r"[+-]?\d{4,19}/\d{1,2}/\d{1,2}( \d{1,2}:\d{1,2}:\d{1,2})? ([+-]\d{2}:?\d{2}|Z)", re.ASCII)
IN_CALENDAR = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?"
    r"(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


class RefusedError(Exception):
    """A document that the index does not take, with OpenSearch's type of error."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason = kind, reason


def detected_as_date(text: str) -> bool:
    """True for what might be taken for a date; pure numbers never are."""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return False
    return bool(STRICT_DATE_OPTIONAL_TIME.fullmatch(text) or SLASHES.fullmatch(text))


@dataclass
class Index:
    """The mapping of an index, that grows by each document."""

    types: dict[str, str] = field(default_factory=dict)

    def put(self, text: str) -> None:
        """Take a document as JSON text, or raise RefusedError and change nothing."""
        pairs = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
        if not isinstance(pairs, dict):
            raise RefusedError("mapper_parsing_exception", "the document is no object")
        new = dict(self.types)
        for path, value in _leaves("", pairs, depth=1):
            self._place(new, path, value)
        if (fields := sum(2 if kind == "text" else 1 for kind in new.values())) > MOST_FIELDS:
            raise RefusedError(
                "illegal_argument_exception", f"Limit of total fields [{MOST_FIELDS}] exceeded: {fields}"
            )
        self.types = new

    def _place(self, types: dict[str, str], path: str, value: Any) -> None:
        kind = _type_of(path, value)
        there = types.setdefault(path, kind)
        parts = path.split(".")
        for upto in range(1, len(parts)):
            if types.get(".".join(parts[:upto]), "object") != "object":
                raise RefusedError("mapper_parsing_exception", f"[{path}] is below a field that is no object")
        if there == kind or (there == "text" and kind != "object"):
            if there == "date" and not IN_CALENDAR.fullmatch(str(value)):
                raise RefusedError("mapper_parsing_exception", f"failed to parse date field [{value}] of [{path}]")
            return
        if {there, kind} == {"long", "float"}:
            return  # taken, though a part of the number is lost: a test asks for more than that
        raise RefusedError("mapper_parsing_exception", f"failed to parse field [{path}] of type [{there}]: {value!r}")


def _type_of(path: str, value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise RefusedError("mapper_parsing_exception", f"[{path}]: {value} is out of range for a long")
        return "long"
    if isinstance(value, float):
        if abs(value) > LARGEST_FLOAT:
            raise RefusedError("mapper_parsing_exception", f"[{path}]: [float] supports only finite values")
        return "float"
    return "date" if detected_as_date(value) else "text"


def _leaves(path: str, value: Any, *, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise RefusedError("illegal_argument_exception", f"Limit of mapping depth [{DEEPEST}] has been exceeded")
    if isinstance(value, dict):
        if path:
            yield path, {}
        for key, below in value.items():
            if not key.strip() or key.startswith(".") or key.endswith(".") or ".." in key:
                raise RefusedError("mapper_parsing_exception", f"field name cannot be an empty string: [{path}.{key}]")
            if key in ("_id", "_index", "_source", "_routing", "_field_names", "_seq_no") and not path:
                raise RefusedError("mapper_parsing_exception", f"Field [{key}] is a metadata field")
            yield from _leaves(f"{path}.{key}" if path else key, below, depth=depth + 1)
    elif isinstance(value, list):
        for below in value:
            yield from _leaves(path, below, depth=depth)
    elif value is not None:
        yield path, value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise RefusedError("mapper_parsing_exception", f"Duplicate field: {sorted(keys)}")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise RefusedError("mapper_parsing_exception", f"{name} is not JSON")
