"""References between the services of a compose file: what one depends on, links to, or names in a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cli.importers.compose.file import ComposeFile, read_env_file
from cli.importers.foreign_values import items, one_or_more, pairs, text
from config.source.node import Node

_ENDS_WELL = "service_completed_successfully"


def env_files(compose: ComposeFile, name: str) -> list[tuple[Node, str, dict[str, Node]]]:
    """Return the env files of a service: where each is named, its path, and its variables."""
    node = compose.services[name].fields.get("env_file")
    found = []
    for entry in one_or_more(node, "env_file") if node is not None else ():
        path = text(entry.fields.get("path", entry), "env_file")
        found.append((entry, path, read_env_file(compose.root, compose.file.parent / path)))
    return found


def values(compose: ComposeFile, name: str) -> list[str]:
    """Return the values of a service's variables."""
    node = compose.services[name].fields.get("environment")
    given = pairs(node, "environment") if node is not None else ()
    found = [text(value, "environment") for _, value, _ in given if value]
    return [
        *found,
        *(value.source for _, _, its in env_files(compose, name) for value in its.values() if value.content),
    ]


def named_by(compose: ComposeFile, name: str) -> list[str]:
    """Return the services that one depends on, links to, or names in a variable."""
    fields = compose.services[name].fields
    found: dict[str, None] = {}
    for key in ("depends_on", "links"):
        node = fields.get(key)
        if node is not None:
            found |= dict.fromkeys(node.fields or [text(entry, key).partition(":")[0] for entry in items(node, key)])
    its_values = values(compose, name)
    for other in compose.services:
        pattern = re.compile(rf"(^|[/@,]){re.escape(other)}(:[0-9]|/|$)")
        if other != name and any(pattern.search(value) for value in its_values):
            found.setdefault(other)
    return [other for other in found if other in compose.services]


def called_at(compose: ComposeFile, callers: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """Return the port at which variables name each service."""
    found: dict[str, int] = {}
    every = [value for caller in callers for value in values(compose, caller)]
    for name in names:
        for value in every:
            if match := re.search(rf"(?:^|[/@,]){re.escape(name)}:([0-9]{{2,5}})\b", value):
                found.setdefault(name, int(match[1]))
    return found


def waiting_for(compose: ComposeFile, name: str) -> list[str]:
    """Return the services that wait until this one has ended well."""
    waiting = []
    for other, node in compose.services.items():
        depends = node.fields.get("depends_on")
        condition = depends.fields.get(name) if depends is not None else None
        if condition is not None and "condition" in condition.fields:
            waiting += [other] if condition.fields["condition"].content == _ENDS_WELL else []
    return waiting
