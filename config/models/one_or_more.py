"""A field that takes one value, or a list of them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

T = TypeVar("T")


def as_list(value: object) -> object:
    """Turn a single text into a list of one."""
    # Pydantic hands this function Python's lists for JSON's, and then takes none for a tuple.
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _schema(schema: dict[str, Any]) -> None:
    kept = {name: its for name, its in schema.items() if name not in ("type", "items", "minItems")}
    several = {"type": "array", "items": schema["items"], "minItems": 1}
    schema.clear()
    schema.update({"anyOf": [several["items"], several], **kept})


OneOrMore = Annotated[tuple[T, ...], BeforeValidator(as_list), Field(json_schema_extra=_schema)]
