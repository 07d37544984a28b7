"""From Pydantic's findings to messages that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from config.allowed import fields_in_words, in_words, key_schema_at, noun, schema_at, schema_of, writable
from config.confidential import NOT_SHOWN, is_confidential
from config.document import Node
from config.errors import Problem
from config.fixes import did_you_mean, likely_fix, similar
from config.layers import Place, Step, clearest, find
from config.settings import Mistake

_OUT_OF_BOUNDS = {
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "has the wrong form",
    "enum": "is none of the choices",
    "literal_error": "is none of the choices",
}


def explain(error: ValidationError, model: type[BaseModel], root: Node) -> list[Problem]:
    """Every problem that Pydantic found in `root`, with its place; one for each value."""
    found: dict[tuple[Step, ...], Problem] = {}
    details = error.errors(include_url=False, include_input=False)
    unknown = [tuple(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"]
    for detail in details:
        path = tuple(detail["loc"])
        if detail["type"] == "missing" and _is_misspelt(path, unknown):
            continue
        for i, problem in enumerate(_problems(detail["type"], path, detail.get("ctx", {}), model, root)):
            found.setdefault((*path, i), _discreet(problem, path, detail["type"]))
    return list(found.values())


def _discreet(problem: Problem, path: tuple[Step, ...], kind: str) -> Problem:
    """The problem without a value that may be a secret, and without a fix that repeats it."""
    if not is_confidential([*path, problem.value]) or kind in ("missing", "mistakes"):
        return problem
    return replace(problem, value=NOT_SHOWN, fix=problem.fix if kind == "extra_forbidden" else None)


def _problems(
    kind: str, path: tuple[Step, ...], context: dict[str, Any], model: type[BaseModel], root: Node
) -> Iterator[Problem]:
    if kind == "mistakes":
        for mistake in context["mistakes"]:
            yield _mistake(mistake, path, model, root)
    elif kind == "missing":
        yield _missing(path, model, root)
    elif kind == "extra_forbidden":
        yield _unknown_field(path, model, root)
    elif path and path[-1] == "[key]":
        yield _bad_key(path[:-1], model, root)
    elif kind == "value_error" and schema_at(schema_of(model), path).get("format") is None:
        yield _mistake(Mistake(message=str(context["error"])), path, model, root)
    else:
        yield _bad_value(kind, path, model, root)


def _bad_value(kind: str, path: tuple[Step, ...], model: type[BaseModel], root: Node) -> Problem:
    place = find(root, path)
    known = path[: len(path) - len(place.missing)]
    node, schema = place.node, schema_at(schema_of(model), known)
    wanted, given = noun(schema), _noun(node)
    if node.content is None:
        complaint = "has no value"
    elif kind in _OUT_OF_BOUNDS:
        complaint = _OUT_OF_BOUNDS[kind]
    elif isinstance(node.content, tuple) and schema.get("type") == "array":
        complaint = f"has {len(node.content)} entries"
    elif wanted and wanted != given:
        complaint = f"needs {wanted}, not {given}"
    else:
        complaint = "has the wrong form"
    fix = likely_fix(node, schema, str(known[-1]) if known else "")
    if fix and _label(model, known) == model_label(model, "name"):
        fix = fix.replace("write ", "rename the file to ", 1) + ".yaml"
    return _problem(place, _says(model, known, complaint), allowed=in_words(schema), fix=fix)


def _missing(path: tuple[Step, ...], model: type[BaseModel], root: Node) -> Problem:
    if isinstance(path[-1], int):
        return _bad_value("too_short", path[:-1], model, root)
    place = find(root, path)
    allowed = in_words(schema_at(schema_of(model), path))
    parent = _label(model, path[:-1])
    fix = f"add `{path[-1]}:`" + (f" under `{parent}:`" if parent else "")
    return _problem(place, _says(model, path, "is missing"), allowed=allowed, fix=fix)


def _unknown_field(path: tuple[Step, ...], model: type[BaseModel], root: Node) -> Problem:
    place, key = find(root, path), str(path[-1])
    schema = schema_at(schema_of(model), path[:-1])
    return Problem(
        file=place.node.file,
        line=place.node.line,
        value=f"{key}: {place.node.source}",
        message=_says(model, path, "there is no such field"),
        allowed=fields_in_words(schema),
        fix=did_you_mean(key, writable(schema)) or _elsewhere(key, model) or "remove it",
    )


def _bad_key(path: tuple[Step, ...], model: type[BaseModel], root: Node) -> Problem:
    node, schema = find(root, path).node, key_schema_at(schema_of(model), path[:-1])
    key = str(path[-1])
    return Problem(
        file=node.file,
        line=node.line,
        value=key,
        message=_says(model, path, "this name has the wrong form"),
        allowed=in_words(schema),
        fix=likely_fix(replace(node, content=key), schema, key),
    )


def _mistake(mistake: Mistake, path: tuple[Step, ...], model: type[BaseModel], root: Node) -> Problem:
    steps = [(*path, *_steps(field)) for field in (mistake.field, *mistake.because)]
    schema = {**schema_at(schema_of(model), steps[0]), "nullable": False}
    place = clearest(root, steps)
    problem = _problem(
        place, _says(model, steps[0], mistake.message), allowed=mistake.allowed or in_words(schema), fix=mistake.fix
    )
    shown = next((step for step in steps if find(root, step) == place), steps[0])
    return problem if shown == steps[0] else replace(problem, value=f"{shown[-1]}: {problem.value}")


def _problem(place: Place, message: str, *, allowed: str | None, fix: str | None) -> Problem:
    value = "nothing" if place.missing else place.node.source or "nothing"
    return Problem(file=place.node.file, line=place.node.line, value=value, message=message, allowed=allowed, fix=fix)


def _says(model: type[BaseModel], path: Sequence[Step], complaint: str) -> str:
    label = _label(model, path)
    return f"{label}: {complaint}" if label else complaint


def _label(model: type[BaseModel], path: Sequence[Step]) -> str:
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return model_label(model, words)


def model_label(model: type[BaseModel], name: str) -> str:
    """What to call a field: its path, or where its value comes from when no YAML sets it."""
    injected: dict[str, str] = getattr(model, "injected", {})
    return injected.get(name, name)


def _steps(field: str) -> tuple[Step, ...]:
    return tuple(int(step) if step.isdigit() else step for step in field.split(".") if step)


def _noun(node: Node) -> str:
    match node.content:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case tuple():
            return "a list"
        case _:
            return "fields of its own"


def _is_misspelt(path: tuple[Step, ...], unknown: list[tuple[Step, ...]]) -> bool:
    return any(other[:-1] == path[:-1] and similar(str(other[-1]), [str(path[-1])]) for other in unknown)


def _elsewhere(key: str, model: type[BaseModel]) -> str | None:
    schema = schema_of(model)
    for name in writable(schema):
        if key in writable(schema_at(schema, [name])):
            return f"it belongs under `{name}:`"
    return None
