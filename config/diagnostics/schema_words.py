"""Allowed values of a field, in plain words, read off the model's own JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from config.models.settings import PATTERN_IN_WORDS, Settings
from config.source.merge import Step

Schema = dict[str, Any]
_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "fields of its own",
}
_FORMATS = {"ipv4network": "an address range such as 10.10.0.0/16", "time": "a time such as 08:30"}


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    """Return the model's schema; what no YAML may set is marked `readOnly`."""
    schema = model.model_json_schema()
    if issubclass(model, Settings):
        for name in model.injected:
            schema["properties"][name]["readOnly"] = True
        for name, description in model.merged_away.items():
            schema["properties"][name] = {"type": "object", "description": description}
    return schema


def schema_at(root: Schema, path: Sequence[Step]) -> Schema:
    """Return the schema of the value at the path; {} where anything goes or nothing is known."""
    schema = resolve(root, root)
    for step in path:
        if step == "[key]":
            return {}
        schema = resolve(root, _step(schema, step))
    return schema


def key_schema_at(root: Schema, path: Sequence[Step]) -> Schema:
    """Return the schema of the keys of the mapping at the path."""
    schema = schema_at(root, path)
    pattern = next(iter(schema.get("patternProperties", {})), "")
    return {"type": "string", "pattern": pattern, **resolve(root, schema.get("propertyNames", {}))}


def resolve(root: Schema, schema: Schema) -> Schema:
    """Follow references, and turn `or null` into a mark."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return resolve(root, {**target, **{key: value for key, value in schema.items() if key != "$ref"}})
    if "anyOf" in schema:
        options = [resolve(root, option) for option in schema["anyOf"]]
        real = [option for option in options if option.get("type") != "null"]
        nullable = {"nullable": True} if len(real) < len(options) else {}
        return {**(real[0] if len(real) == 1 else {"options": real}), **nullable}
    if "items" in schema:
        return {**schema, "items": resolve(root, schema["items"])}
    if "prefixItems" in schema:
        return {**schema, "prefixItems": [resolve(root, item) for item in schema["prefixItems"]]}
    return schema


def in_words(schema: Schema) -> str | None:
    """Return what is allowed, complete: bounds, members, the form of a text."""
    words = _in_words(schema)
    return f"{words}, or null" if words and schema.get("nullable") else words


def fields_in_words(schema: Schema) -> str:
    """Return the fields that a person may write."""
    return ", ".join(writable(schema))


def writable(schema: Schema) -> list[str]:
    """Return the names of the fields that a person may write."""
    return [name for name, its in _with_fields(schema).get("properties", {}).items() if not its.get("readOnly")]


def noun(schema: Schema) -> str | None:
    """Return the sort of value that is wanted."""
    if "options" in schema:
        return " or ".join(filter(None, (noun(option) for option in schema["options"]))) or None
    return _NOUNS.get(schema.get("type", ""))


def or_a_list_of(schema: Schema) -> Schema | None:
    """Return what a field takes that takes a list of it too (config/models/one_or_more.py); None for others."""
    one, *others = schema.get("options", [None])
    return one if [other.get("items") for other in others] == [one] else None


def _in_words(schema: Schema) -> str | None:
    if "options" in schema:
        if one := or_a_list_of(schema):
            return f"{in_words(one)}; or a list of such"
        return " or ".join(filter(None, (in_words(option) for option in schema["options"]))) or None
    if "enum" in schema:
        return ", ".join(value if isinstance(value, str) else json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    match schema.get("type"):
        case "integer" | "number":
            return _number(schema)
        case "string":
            return _text(schema)
        case "array":
            return _list(schema)
        case "object" if "properties" in schema:
            return f"the fields {fields_in_words(schema)}"
        case "object":
            return "lines of `name: value`"
        case _:
            return noun(schema)


def bounds(schema: Schema) -> tuple[float | None, float | None]:
    """Return the least and the largest number that is taken."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if schema.get("type") == "integer":
        least = schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else least
        most = schema["exclusiveMaximum"] - 1 if "exclusiveMaximum" in schema else most
    return least, most


def _number(schema: Schema) -> str:
    least, most = bounds(schema)
    words = [_NOUNS[schema["type"]]]
    if least is not None and most is not None:
        words.append(f" from {least} to {most}")
    elif least is not None:
        words.append(f", at least {least}")
    elif most is not None:
        words.append(f", at most {most}")
    if schema["type"] == "number":
        words += [f", above {schema['exclusiveMinimum']}"] if "exclusiveMinimum" in schema else []
        words += [f", below {schema['exclusiveMaximum']}"] if "exclusiveMaximum" in schema else []
    return "".join(words)


def _text(schema: Schema) -> str:
    words = schema.get(PATTERN_IN_WORDS) or _FORMATS.get(schema.get("format", ""))
    if words:
        return str(words)
    if "maxLength" in schema:
        return f"text of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    return "text that is not empty" if schema.get("minLength") else "text"


def _list(schema: Schema) -> str:
    if items := schema.get("prefixItems"):
        return f"a list of {len(items)}, each {_in_words(items[0]) or 'any value'}"
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    size = f" of {least} to {most}" if most is not None else f" of at least {least}" if least else ""
    items = schema.get("items", {})
    each = _in_words(items)
    return f"a list{size}, each {'one of ' if 'enum' in items else ''}{each}" if each else f"a list{size}"


def _with_fields(schema: Schema) -> Schema:
    """Return the option that has fields, or items, of its own."""
    return next((one for one in schema.get("options", []) if one.get("type") in ("object", "array")), schema)


def _step(schema: Schema, step: Step) -> Schema:
    schema = _with_fields(schema)
    if isinstance(step, int):
        items: list[Schema] = schema.get("prefixItems", [])
        return items[step] if step < len(items) else dict(schema.get("items", {}))
    if step in schema.get("properties", {}):
        return dict(schema["properties"][step])
    for pattern in schema.get("patternProperties", {}).values():
        return dict(pattern)
    additional = schema.get("additionalProperties", {})
    return dict(additional) if isinstance(additional, dict) else {}
