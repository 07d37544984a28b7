"""Errors that say something: of a value of several types those of the type meant, and no list short by its faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from config.diagnostics.schema_words import Schema, schema_at, writable
from config.source.merge import Step, find
from config.source.node import Node

Detail: TypeAlias = dict[str, Any]


def telling(details: Sequence[Detail], schema: Schema, root: Node) -> list[Detail]:
    """Drop what other types of a union say of a value, and that a list is too short whose entries are wrong."""
    meant = _of_the_type_meant(details, schema, root)
    paths = [detail["loc"] for detail in meant]
    return [
        detail
        for detail in meant
        if detail["type"] != "too_short" or not any(_is_below(path, detail["loc"]) for path in paths)
    ]


def _is_below(path: tuple[Step, ...], above: tuple[Step, ...]) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


def _of_the_type_meant(details: Sequence[Detail], schema: Schema, root: Node) -> list[Detail]:
    plain = [{**detail, "loc": _without_types(detail["loc"], schema, root)} for detail in details]
    told = [
        detail["loc"]
        for before, detail in zip(details, plain, strict=True)
        if before["loc"] != detail["loc"] and not _is_another_type(detail)
    ]
    return [
        detail
        for before, detail in zip(details, plain, strict=True)
        if before["loc"] == detail["loc"]
        or not _is_another_type(detail)
        or not any(other[: len(detail["loc"])] == detail["loc"] for other in told)
    ]


def _is_another_type(detail: Detail) -> bool:
    return str(detail["type"]).endswith("_type")


def _without_types(path: Sequence[Step], schema: Schema, root: Node) -> tuple[Step, ...]:
    """Return the path as it stands in the YAML: Pydantic adds the type that it tried for a value of several."""
    kept: tuple[Step, ...] = ()
    for step in path:
        around = schema_at(schema, kept)
        is_type = isinstance(step, str) and step != "[key]" and "options" in around and step not in writable(around)
        if not (is_type and find(root, (*kept, step)).missing):
            kept = (*kept, step)
    return kept
