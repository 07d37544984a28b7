"""One file's fields, and from fields to a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from config.diagnostics.collector import ProblemCollector
from config.diagnostics.schema_words import in_words, schema_of
from config.diagnostics.validation_messages import explain
from config.models.settings import Settings
from config.source.document import read_document
from config.source.node import Node, plain
from config.source.problem import Problem

M = TypeVar("M", bound=BaseModel)


def read_fields(
    root: Path, file: Path, model: type[Settings], findings: ProblemCollector, *, may_be_empty: bool = False
) -> Node | None:
    """Return the fields of a file that describes a `model`, or None where there are none."""
    document = read_document(root, file)
    node = findings.take(document)
    if node is not None:
        return only_fields(_without_extensions(node), model, findings)
    if not document.problems and not may_be_empty:
        required = ", ".join(f"`{name}:`" for name in schema_of(model)["required"] if name not in model.injected)
        findings.add(
            [
                Problem(
                    file=file,
                    line=1,
                    value="nothing",
                    message="the file is empty",
                    allowed=in_words(schema_of(model)),
                    fix=f"write at least {required}, or remove the file",
                )
            ]
        )
    return None


def _without_extensions(node: Node) -> Node:
    """Drop what is written for its anchor alone, under names that begin with `x-` as in compose files."""
    kept = {name: its for name, its in node.fields.items() if not name.startswith("x-")}
    return replace(node, content=kept) if node.fields else node


def only_fields(
    node: Node, model: type[Settings], findings: ProblemCollector, *, label: str = "the file"
) -> Node | None:
    """Return the node, when it holds fields, without those that the YAML must not set."""
    if not isinstance(node.content, dict):
        text = isinstance(node.content, str)
        findings.add(
            [
                Problem(
                    file=node.file,
                    line=node.line,
                    value=node.source[:60] or "nothing",
                    message=f"{label} holds no fields" + (", only text" if text else ""),
                    allowed=in_words(schema_of(model)),
                    fix="write `name: value`, with a space after the colon"
                    if text
                    else "write `name: value` lines, indented below it",
                )
            ]
        )
        return None
    for name, origin in model.injected.items():
        if name in node.content:
            findings.add([forbidden(name, node.content[name], f"{name} comes from {origin}")])
    return replace(node, content={name: its for name, its in node.content.items() if name not in model.injected})


def forbidden(name: str, node: Node, message: str) -> Problem:
    """Return a field that has another place."""
    return Problem(
        file=node.file,
        line=node.line,
        value=f"{name}: {node.source}",
        message=message,
        allowed="not written here",
        fix="remove the line",
    )


def with_field(node: Node, name: str, value: Node) -> Node:
    """Return the fields and one more, which keeps its own place."""
    return replace(node, content={**node.fields, name: value})


def validate(model: type[M], node: Node, findings: ProblemCollector, *, environment: str | None = None) -> M | None:
    """Return the settings, or None. Strict: no text where a number belongs, nor the reverse."""
    try:
        return model.model_validate_json(json.dumps(plain(node)), strict=True)
    except ValidationError as error:
        findings.add(explain(error, model, node), environment=environment)
        return None
