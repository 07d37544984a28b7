"""A compose file as compose reads it: variables replaced, `extends:` merged, and its env files.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cli.importers.foreign_values import mapping, read_foreign, refused, text
from cli.importers.variables import UNSET_END, UNSET_START
from config.source.merge import merge
from config.source.node import Node

_DOLLAR = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<bare>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-+?])(?P<rest>(?:[^{}]|\{[^{}]*\})*))?\})"
)
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:=\s*(.*))?$")


@dataclass(frozen=True)
class ComposeFile:
    """The services of a compose file, and where it lies."""

    root: Path
    file: Path
    services: dict[str, Node]
    rest: dict[str, Node]


def read_compose(root: Path, file: Path) -> ComposeFile:
    """Read a compose file; variables have the values of `.env` beside it, else their defaults."""
    document = read_foreign(root, file)
    known = {
        name: value.source if not isinstance(value.content, str) else value.content
        for name, value in read_env_file(root, file.parent / ".env").items()
        if value.content is not None
    }
    top = _replaced(document, known).fields
    services = _services(top, document)
    project = _Project(root, known)
    extended = {name: project.extended(name, services, ()) for name in services}
    rest = {name: node for name, node in top.items() if name != "services" and not name.startswith("x-")}
    return ComposeFile(root, file, extended, rest)


def _services(top: Mapping[str, Node], document: Node) -> dict[str, Node]:
    if not top.get("services") or not mapping(top["services"], "services"):
        raise refused(
            top.get("services", document), "services", "a compose file with `services:`", fix="name the compose file"
        )
    services = dict(top["services"].fields)
    for name, node in services.items():
        mapping(node, f"services.{name}")
    return services


def read_env_file(root: Path, file: Path) -> dict[str, Node]:
    """Return the variables of an env file, where they stand; none where there is no file."""
    try:
        lines = (root / file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#") or not (match := _LINE.match(line)):
            continue
        value = match[2]
        if value is not None:
            quoted = re.fullmatch(r"(['\"])(.*)\1(?:\s+#.*)?", value)
            value = quoted[2] if quoted else re.sub(r"\s+#.*$", "", value).rstrip()
        found[match[1]] = Node(file, number, value or "", value)
    return found


def _replaced(node: Node, known: Mapping[str, str]) -> Node:
    if isinstance(node.content, str):
        return replace(node, content=_interpolated(node.content, known)) if "$" in node.content else node
    if isinstance(node.content, tuple):
        return replace(node, content=tuple(_replaced(entry, known) for entry in node.content))
    if isinstance(node.content, dict):
        return replace(node, content={name: _replaced(value, known) for name, value in node.content.items()})
    return node


def _interpolated(written: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name, operator = found["bare"] or found["name"], found["operator"] or ""
        rest = _interpolated(found["rest"] or "", known)
        is_set = name in known and (bool(known[name]) or not operator.startswith(":"))
        if operator.endswith("+"):
            return rest if is_set else ""
        if is_set:
            return known[name]
        return rest if operator.endswith("-") else f"{UNSET_START}{name}{UNSET_END}"

    return _DOLLAR.sub(value, written)


@dataclass(frozen=True)
class _Project:
    root: Path
    known: Mapping[str, str]

    def extended(self, name: str, services: Mapping[str, Node], above: tuple[tuple[Path, str], ...]) -> Node:
        """Merge what a service extends; where that is in a file that is not there, it is left to the report."""
        node = services[name]
        extends = node.fields.get("extends")
        if extends is None:
            return node
        of, file = extends.fields.get("service", extends), extends.fields.get("file")
        place = node.file
        if file:
            place = node.file.parent / text(file, f"services.{name}.extends.file")
            if not (self.root / place).is_file():
                return node
            document = read_foreign(self.root, place)
            services = _services(_replaced(document, self.known).fields, document)
        other, here = text(of, f"services.{name}.extends"), (node.file, name)
        if other not in services or (services[other].file, other) in (here, *above):
            raise refused(of, f"services.{name}.extends", f"another service of {place}")
        own = replace(node, content={key: value for key, value in node.fields.items() if key != "extends"})
        return replace(merge(self.extended(other, services, (*above, here)), own), file=node.file, line=node.line)
