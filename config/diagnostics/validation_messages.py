"""Messages that a person can act on, made from Pydantic's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from config.diagnostics.foreign_words import in_our_words, is_there_otherwise
from config.diagnostics.schema_words import (
    Schema,
    fields_in_words,
    in_words,
    key_schema_at,
    noun,
    schema_at,
    schema_of,
    writable,
)
from config.diagnostics.suggestions import did_you_mean, likely_fix
from config.diagnostics.unions import telling
from config.models.settings import Mistake
from config.source.merge import Location, Step, clearest, find
from config.source.node import Node
from config.source.problem import Problem
from config.source.redaction import NOT_SHOWN, is_confidential

Path: TypeAlias = tuple[Step, ...]

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
    return list(_Explanation(model, root).of(error))


@dataclass(frozen=True)
class _Explanation:
    model: type[BaseModel]
    root: Node

    def of(self, error: ValidationError) -> Iterator[Problem]:
        found = error.errors(include_url=False, include_input=False)
        details = telling([{**detail} for detail in found], schema_of(self.model), self.root)
        unknown = [tuple(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"]
        seen: set[Path] = set()
        for detail in details:
            kind, path = detail["type"], tuple(detail["loc"])
            if kind == "missing" and is_there_otherwise(self.model, path, unknown):
                continue
            # A value that fits none of several types is refused by each of them.
            at = path if kind == "missing" or path[-1:] == ("[key]",) else self._written(path)
            if at not in seen:
                seen.add(at)
                yield from (_discreet(its, path, kind) for its in self._problems(kind, path, detail.get("ctx", {})))

    def _problems(self, kind: str, path: Path, context: dict[str, Any]) -> Iterator[Problem]:
        if kind == "mistakes":
            yield from (self._mistake(mistake, path) for mistake in context["mistakes"])
        elif kind == "missing":
            yield self._missing(path)
        elif kind == "extra_forbidden":
            yield self._unknown_field(path)
        elif path[-1:] == ("[key]",):
            yield self._bad_key(path[:-1])
        elif kind == "value_error" and "format" not in self._schema(path):
            yield self._mistake(Mistake(message=str(context["error"])), path)
        else:
            yield self._bad_value(kind, self._written(path))

    def _bad_value(self, kind: str, path: Path) -> Problem:
        place, schema = find(self.root, path), self._schema(path)
        node, wanted, given = place.node, noun(schema), _noun(place.node)
        if node.content is None:
            complaint = "has no value"
        elif kind in _OUT_OF_BOUNDS:
            complaint = _OUT_OF_BOUNDS[kind]
        elif isinstance(node.content, tuple) and schema.get("type") == "array":
            complaint = "has 1 entry" if len(node.content) == 1 else f"has {len(node.content)} entries"
        elif wanted and wanted != given:
            complaint = f"needs {wanted}, not {given}"
        else:
            complaint = "has the wrong form"
        fix = likely_fix(node, schema, str(path[-1]) if path else "")
        if fix and path == ("name",):
            fix = fix.replace("write ", "rename the file to ", 1) + ".yaml"
        return _problem(place, self._says(path, complaint), allowed=in_words(schema), fix=fix)

    def _missing(self, path: Path) -> Problem:
        if isinstance(path[-1], int):
            return self._bad_value("too_short", path[:-1])
        parent = self._label(path[:-1])
        fix = f"add `{path[-1]}:`" + (f" under `{parent}:`" if parent else "")
        allowed = in_words(self._schema(path))
        return _problem(find(self.root, path), self._says(path, "is missing"), allowed=allowed, fix=fix)

    def _unknown_field(self, path: Path) -> Problem:
        place, key, schema = find(self.root, path), str(path[-1]), self._schema(path[:-1])
        problem = _problem(
            place,
            self._says(path, "there is no such field"),
            allowed=fields_in_words(schema),
            fix=in_our_words(self.model, path)
            or did_you_mean(key, writable(schema))
            or self._elsewhere(key)
            or "remove it",
        )
        return replace(problem, value=f"{key}: {place.node.source}")

    def _bad_key(self, path: Path) -> Problem:
        place, key = find(self.root, path), str(path[-1])
        schema = key_schema_at(schema_of(self.model), path[:-1])
        fix = likely_fix(replace(place.node, content=key), schema, key)
        problem = _problem(place, self._says(path, "this name has the wrong form"), allowed=in_words(schema), fix=fix)
        return replace(problem, value=key)

    def _mistake(self, mistake: Mistake, path: Path) -> Problem:
        paths = [(*path, *_steps(field)) for field in (mistake.field, *mistake.because)]
        if paths[0] and isinstance(paths[0][-1], int) and find(self.root, paths[0]).missing:
            paths[0] = paths[0][:-1]  # one value, where a list of them may stand
        place = clearest(self.root, paths)
        problem = _problem(
            place,
            self._says(paths[0], mistake.message),
            allowed=mistake.allowed or in_words({**self._schema(paths[0]), "nullable": False}),
            fix=mistake.fix,
        )
        shown = next((other for other in paths if find(self.root, other) == place), paths[0])
        return problem if shown == paths[0] else replace(problem, value=f"{shown[-1]}: {problem.value}")

    def _schema(self, path: Path) -> Schema:
        return schema_at(schema_of(self.model), path)

    def _written(self, path: Path) -> Path:
        """Return as much of the path as stands in the YAML; Pydantic adds the type that it tried."""
        return path[: len(path) - len(find(self.root, path).missing)]

    def _says(self, path: Path, complaint: str) -> str:
        label = self._label(path)
        return f"{label}: {complaint}" if label else complaint

    def _label(self, path: Path) -> str:
        """Return the name of a value: its path, or its origin when no YAML sets it."""
        words = ""
        for step in path:
            words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
        injected: dict[str, str] = getattr(self.model, "injected", {})
        return injected.get(words, words)

    def _elsewhere(self, key: str) -> str | None:
        schema = schema_of(self.model)
        sections = (name for name in writable(schema) if key in writable(schema_at(schema, [name])))
        return next((f"it belongs under `{name}:`" for name in sections), None)


def _discreet(problem: Problem, path: Path, kind: str) -> Problem:
    """Return the problem without a value that may be a secret, and without a fix that repeats it."""
    if not is_confidential([*path, problem.value]) or kind in ("missing", "mistakes"):
        return problem
    return replace(problem, value=NOT_SHOWN, fix=problem.fix if kind == "extra_forbidden" else None)


def _problem(place: Location, message: str, *, allowed: str | None, fix: str | None) -> Problem:
    value = "nothing" if place.missing else place.node.source or "nothing"
    return Problem(file=place.node.file, line=place.node.line, value=value, message=message, allowed=allowed, fix=fix)


def _steps(field: str) -> Path:
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
