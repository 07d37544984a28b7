"""A YAML file, read into values that know where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from config.source.node import Node, flow, shortened
from config.source.parser import NotYaml, read_events
from config.source.problem import Problem
from config.source.redaction import NOT_SHOWN, is_confidential
from config.source.reserved_text import reserved
from config.source.scalars import Scalar, has_leading_zero, meaning

_DEEPEST = 20
# A few aliases of aliases can stand for billions of values.
_MOST_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one file; `node` is None where it says nothing or is no YAML.

    `doubts` are numbers that only matter where the value is not refused anyway.
    """

    file: Path
    node: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


def read_document(root: Path, file: Path) -> Document:
    """Read a file; `file` is relative to root, and stands so in every message."""
    document = Document(file)
    try:
        return Document(file, _Builder(document, read_events(root, file)).root(), document.problems, document.doubts)
    except NotYaml as error:
        return Document(file, None, [*document.problems, error.problem])


class _Builder:
    def __init__(self, document: Document, events: Iterator[Any]) -> None:
        self._document = document
        self._events = events
        self._anchors: dict[str, Node] = {}

    def root(self) -> Node | None:
        node = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self._stop(
                        event,
                        "a second document starts here",
                        value="---",
                        allowed="one document in a file",
                        fix="remove the `---`, or make two files",
                    )
                node = self._node(next(self._events), depth=0)
        return None if node is not None and node.content is None else node

    def _node(self, event: Any, *, depth: int, key_line: int | None = None) -> Node:
        line = key_line or event.start_mark.line + 1
        if depth > _DEEPEST:
            self._stop(
                event, "nested too deeply", value=f"level {depth}", allowed=f"{_DEEPEST} levels", fix="unnest it"
            )
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._stop(
                event, "YAML tags mean nothing here", value=event.tag, allowed="plain values", fix="remove the tag"
            )
        content: Scalar | tuple[Node, ...] | dict[str, Node]
        if isinstance(event, yaml.ScalarEvent):
            content, source = self._scalar(event, line), _as_written(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            content = tuple(self._items(depth))
            source = flow(content)
        else:
            content = self._mapping(depth)
            source = flow(content)
        parts = content.values() if isinstance(content, dict) else content if isinstance(content, tuple) else ()
        weight = 1 + sum(part.weight for part in parts)
        if weight > _MOST_VALUES:
            self._stop(
                event,
                "far too many values",
                value=f"at least {weight}",
                allowed=f"{_MOST_VALUES} values in a file, each alias counted as what it stands for",
                fix="write out what you need",
            )
        node = Node(self._document.file, line, source, content, weight=weight)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth=depth + 1)

    def _mapping(self, depth: int) -> dict[str, Node]:
        content: dict[str, Node] = {}
        merged: list[Node] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(
                    event,
                    "a list or a mapping stands where a key belongs",
                    value="[…]" if isinstance(event, yaml.SequenceStartEvent) else "{…}",
                    allowed="a word as key",
                    fix="if this is a {{ template }}, write the value itself",
                )
            key = event.value
            value = self._node(next(self._events), depth=depth + 1, key_line=line)
            if key == "<<" and event.implicit[0]:
                merged += self._merged(value)
            elif key in content:
                self._complain(
                    line,
                    f"`{key}` is already written in line {content[key].line}",
                    value=f"{key}: {NOT_SHOWN if is_confidential([key]) else value.source}",
                    allowed="each key once",
                    fix="keep one of the two",
                )
            else:
                content[key] = value
        for other in merged:  # what is written here counts, then the first that is merged
            content = {**other.fields, **content}
        return content

    def _merged(self, value: Node) -> list[Node]:
        """Return the mappings that `<<:` adds: https://yaml.org/type/merge.html."""
        found = list(value.content) if isinstance(value.content, tuple) else [value]
        if all(isinstance(one.content, dict) for one in found):
            return found
        self._complain(
            value.line,
            "`<<` adds the fields of something else",
            value=f"<<: {value.source}",
            allowed="an alias of a mapping such as *defaults, or a list of them",
            fix="name an anchor that has fields, or remove the line",
        )
        return []

    def _alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self._anchors:
            self._stop(
                event,
                f"nothing complete above is called &{name}",
                value=f"*{name}",
                allowed="an anchor that stands above, complete",
                fix="put it in quotes if it is text, or write the value again",
            )
        return self._anchors[name]

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Scalar:
        text: str = event.value
        if found := reserved(text):
            self._complain(line, found.message, value=found.part, allowed=found.allowed, fix=found.fix)
            return ""
        if not event.implicit[0]:
            return text
        if has_leading_zero(text):
            self._document.doubts.append(
                Problem(
                    file=self._document.file,
                    line=line,
                    value=text,
                    message="a number that starts with 0 is read differently by different programs",
                    allowed="a number without leading zeros, or text in quotes",
                    fix=f'write {int(text)}, or "{text}" in quotes',
                )
            )
        return meaning(text)

    def _complain(self, line: int, message: str, **details: str) -> None:
        self._document.problems.append(Problem(file=self._document.file, line=line, message=message, **details))

    def _stop(self, event: Any, message: str, **details: str) -> NoReturn:
        line = event.start_mark.line + 1
        raise NotYaml(Problem(file=self._document.file, line=line, message=message, **details))


def _as_written(event: yaml.ScalarEvent) -> str:
    return shortened(event.value if event.implicit[0] else json.dumps(event.value, ensure_ascii=False))
