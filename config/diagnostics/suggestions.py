"""The likely fix: what the person probably meant."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network

from config.diagnostics.candidates import candidates, label_of
from config.diagnostics.schema_words import Schema, bounds, or_a_list_of, writable
from config.models.settings import PATTERN_IN_WORDS
from config.source.node import Node

_ONE_LABEL = "one label"  # in the words of such a field, config/models/service/http.py
_PROGRAMS = ("command", "entrypoint")
_OF_A_SHELL = re.compile(r"(^|\s)([|&]{1,2}|[<>]{1,2}|;)(\s|$)|;\s|\$[({A-Za-z]|`")
_TRUE, _FALSE = frozenset({"yes", "y", "on", "true", "1"}), frozenset({"no", "n", "off", "false", "0"})
_NOTHING = frozenset({*_FALSE, "none", "disabled", "null"})
_QUANTITY = re.compile(r"\s*([0-9][0-9_,]{0,17})(?:\.0*)?\s*([A-Za-z%]*)\s*")
# A unit that people write, and what it is worth in the unit at the end of the field's name.
_UNITS = {
    "mib": {"g": 1024, "gb": 1024, "gib": 1024, "gi": 1024},
    "gib": {"t": 1024, "tb": 1024, "tib": 1024, "ti": 1024},
    "s": {"m": 60, "min": 60, "h": 3600},
    "days": {"w": 7, "weeks": 7, "y": 365},
}


def likely_fix(node: Node, schema: Schema, key: str) -> str | None:
    """Return the value written so that the schema takes it, if that can be guessed."""
    if node.content is None:
        return "write a value, or remove it" if key.isdigit() else f"write a value, or remove `{key}:`"
    if "enum" in schema:
        return _choice(node, schema["enum"])
    if "options" in schema and str(node.content).lower() in _NOTHING:
        return next((f"write {key}: {option['const']}" for option in schema["options"] if "const" in option), None)
    if isinstance(node.content, str) and (item := or_a_list_of(schema)):
        return _text(node, item)
    match schema.get("type"):
        case "integer" | "number":
            return _number(node, schema, key)
        case "boolean":
            word = str(node.content).lower()
            return "write true" if word in _TRUE else "write false" if word in _FALSE else None
        case "string":
            return _text(node, schema)
        case "array" if isinstance(node.content, str):
            words = _for_a_shell(node.content) if key in _PROGRAMS else None
            return _list(words or _words(node.content), schema.get("items", {}))
        case "array" if isinstance(node.content, tuple):
            given, least = len(node.content), int(schema.get("minItems", 0))
            most = int(schema.get("maxItems", given))
            return f"remove {given - most}" if given > most else f"add {least - given}" if given < least else None
        case "array" if isinstance(node.content, dict):
            return f"write a list: [{', '.join(node.content)}]"
        case "array" if schema.get("items", {}).get("type") != "string":
            return f"write [{node.source}]"
        case "object" if schema.get("examples") and not isinstance(node.content, dict):
            return f"write {key}: {json.dumps(schema['examples'][0]).replace(chr(34), '')}"
        case "object" if isinstance(node.content, tuple):
            return "write `name: value` lines, without the dashes"
        case "object" if isinstance(node.content, str) and (field := _only_field(schema, node.content)):
            return f"write {key}: {{{field}: {node.source}}}"
        case "object" if node.content is True and not schema.get("required"):
            return f"write {key}: {{}}"
        case "object" if "properties" in schema:
            return f"write its fields on the next lines, indented: {', '.join(writable(schema)[:3])} …"
        case _:
            return None


def _only_field(schema: Schema, text: str) -> str | None:
    """Return the field that a text alone can only mean: a required one, or the name of another service."""
    fields = schema.get("properties", {})
    required = schema.get("required", [])
    field = str(required[0]) if len(required) == 1 else "of" if not required and "of" in fields else None
    its = fields.get(field, {})
    return field if its.get("type", "string") == "string" and _fits(text, its) else None


def similar(word: str, known: Iterable[str]) -> str | None:
    """Return the name that was probably meant."""
    names = list(known)
    # Before letters are compared: memory_mb and memory_mib, minTasks and min_tasks.
    plain = {_letters(name): name for name in names}
    if _letters(word) in plain:
        return plain[_letters(word)]
    parts = [name for name in names if word.lower() in re.split("[._-]", name)]
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    # development for dev, stage for staging.
    alike = [name for name in names if len(name) > 2 and (word.startswith(name) or name.startswith(word))]
    return next(iter([*parts, *close, *alike]), None)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a "did you mean" sentence, or None when nothing is similar."""
    meant = similar(word, known)
    return f"did you mean `{meant}`?" if meant else None


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _choice(node: Node, choices: list[object]) -> str | None:
    numbers = [choice for choice in choices if isinstance(choice, int)]
    if numbers:
        asked = _quantity(node)
        if asked is None:
            return None
        return f"write {min(numbers, key=lambda number: (abs(number - asked), -number))}"
    if not isinstance(node.content, str) and str(node.content) in choices:
        return f'write "{node.content}", in quotes'
    return did_you_mean(str(node.content), [str(choice) for choice in choices])


def _number(node: Node, schema: Schema, key: str) -> str | None:
    number = _quantity(node, key)
    if number is None:
        return None
    least, most = bounds(schema)
    return f"write {max(number if least is None else least, min(number if most is None else most, number))}"


def _quantity(node: Node, key: str = "") -> int | None:
    if isinstance(node.content, int | float) and not isinstance(node.content, bool):
        return round(node.content)
    found = _QUANTITY.fullmatch(node.content) if isinstance(node.content, str) else None
    if not found:
        return None
    worth = _UNITS.get(key.rpartition("_")[2], {}).get(found[2].lower(), 1)
    return int(re.sub("[_,]", "", found[1])) * worth


def _text(node: Node, schema: Schema) -> str | None:
    if schema.get("format") == "ipv4network":
        return _range(str(node.content))
    if isinstance(node.content, bool | int | float):
        return f'write "{node.source}", in quotes'
    if not isinstance(node.content, str):
        return None
    if not schema.get("pattern") or ("*" in node.content and "; no *" in schema.get(PATTERN_IN_WORDS, "")):
        return None
    if _ONE_LABEL in schema.get(PATTERN_IN_WORDS, "") and (fix := label_of(node.content)):
        return fix
    for candidate in candidates(node.content):
        if _fits(candidate, schema):
            return f"write {candidate if re.fullmatch('[a-z][a-zA-Z0-9._/-]*', candidate) else json.dumps(candidate)}"
    return None


def _range(text: str) -> str | None:
    try:
        return f"write {IPv4Network(text, strict=False)}"
    except ValueError:
        return None


def _for_a_shell(text: str) -> list[str] | None:
    """Return the words of a command that only a shell understands, or that says its form as compose has it."""
    form, _, rest = text.partition(" ")
    if form == "CMD-SHELL":
        return [form, rest]
    return ["sh", "-c", text] if _OF_A_SHELL.search(text) and not re.match(r"\S*sh\s+-", text) else None


def _list(words: list[str], schema: Schema) -> str | None:
    fit = all(_fits(word, schema) for word in words)
    return f"write {json.dumps(words, ensure_ascii=False)}" if fit else None


def _fits(text: str, schema: Schema) -> bool:
    most = schema.get("maxLength")
    if schema.get("not", {}).get("const") == text:
        return False
    return bool(re.search(schema.get("pattern", ""), text)) and (most is None or len(text) <= most)


def _words(text: str) -> list[str]:
    try:
        return [text] if "," not in text and " " not in text else shlex.split(text.replace(",", " "))
    except ValueError:
        return [text]
