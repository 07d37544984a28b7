"""Values of foreign files by the sort that is wanted; anything else is one message with file and line."""

from __future__ import annotations

import json
import math
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.diagnostics.collector import ProblemCollector
from config.source.document import read_document
from config.source.node import Node
from config.source.problem import ConfigError, Problem
from config.source.redaction import NOT_SHOWN, is_confidential

_SIZES = {"": 1 / 2**20, "b": 1 / 2**20, "k": 1 / 2**10, "m": 1.0, "g": 2.0**10, "t": 2.0**20}
_SECONDS = {"us": 1e-6, "ms": 0.001, "s": 1, "m": 60, "h": 3600}
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s|m|h)")


def read_foreign(root: Path, file: Path) -> Node:
    """Read a foreign YAML or JSON file below root; whatever is no mapping is refused."""
    findings = ProblemCollector()
    with tempfile.TemporaryDirectory(prefix="groundwork-") as directory:
        node = findings.take(read_document(*(_as_yaml(root, file, Path(directory)) or (root, file))))
    findings.raise_if_any([])
    if node is None:
        raise ConfigError([Problem(file=file, line=1, message="the file says nothing", allowed="the file to import")])
    mapping(node, file.name)
    return node


def _as_yaml(root: Path, file: Path, directory: Path) -> tuple[Path, Path] | None:
    """Copy a JSON file with what YAML reads otherwise, characters as two escapes, changed; each line stays its own."""
    if file.suffix != ".json" or not (root / file).is_file():
        return None
    written = (root / file).read_bytes().decode("utf-8-sig", errors="replace")
    shown = file if not file.is_absolute() and ".." not in file.parts else Path(file.name)
    copy = directory / shown
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(_PAIR.sub(lambda pair: json.loads(f'"{pair[0]}"'), written), encoding="utf-8")
    return directory, shown


def refused(node: Node, setting: str, allowed: str, *, fix: str | None = None) -> ConfigError:
    """Return the error of a value that the foreign format does not have either."""
    value = NOT_SHOWN if is_confidential([setting, node.source]) else node.source or "nothing"
    return ConfigError(
        [
            Problem(
                file=node.file,
                line=node.line or None,
                value=value,
                message=f"{setting}: cannot be read",
                allowed=allowed,
                fix=fix or "correct it there, and import again",
            )
        ]
    )


def text(node: Node, setting: str) -> str:
    """Return a text; a number or a truth as it is written."""
    if isinstance(node.content, str):
        return node.content
    if node.content is None or isinstance(node.content, tuple | dict):
        raise refused(node, setting, "text")
    return node.source


def number(node: Node, setting: str) -> float:
    """Return a number, which may be written in quotes."""
    try:
        found = float(text(node, setting))
    except ValueError:
        raise refused(node, setting, "a number") from None
    if not math.isfinite(found) or found < 0:
        raise refused(node, setting, "a number")
    return found


def whole(node: Node, setting: str) -> int:
    """Return a whole number."""
    found = number(node, setting)
    if not found.is_integer():
        raise refused(node, setting, "a whole number")
    return int(found)


def truth(node: Node, setting: str) -> bool:
    """Return true or false."""
    word = text(node, setting).lower()
    if word not in ("true", "false"):
        raise refused(node, setting, "true or false")
    return word == "true"


def mapping(node: Node, setting: str) -> dict[str, Node]:
    """Return the fields of a mapping; nothing written is an empty one."""
    if node.content is None:
        return {}
    if not isinstance(node.content, dict):
        raise refused(node, setting, "lines of `name: value`")
    return node.content


def items(node: Node, setting: str) -> tuple[Node, ...]:
    """Return the entries of a list; nothing written is an empty one."""
    if node.content is None:
        return ()
    if not isinstance(node.content, tuple):
        raise refused(node, setting, "a list")
    return node.content


def one_or_more(node: Node, setting: str) -> tuple[Node, ...]:
    """Return the entries of a list, or a single value as a list of one."""
    return items(node, setting) if isinstance(node.content, tuple) else (node,)


def words(node: Node, setting: str) -> list[str]:
    """Return a command as a list of words; one text is split as a shell would."""
    if isinstance(node.content, tuple):
        return [text(word, setting) for word in node.content]
    if node.content is None:
        return []
    try:
        return shlex.split(text(node, setting))
    except ValueError:
        raise refused(node, setting, "a list of words, or text with each quote closed") from None


def seconds(node: Node, setting: str) -> int:
    """Return a duration such as 1m30s in whole seconds, at least as long."""
    written = text(node, setting)
    if written.isdigit():
        return int(written)
    parts = _DURATION.findall(written)
    if not parts or "".join(amount + unit for amount, unit in parts) != written:
        raise refused(node, setting, "a duration such as 30s or 1m30s")
    return math.ceil(sum(float(amount) * _SECONDS[unit] for amount, unit in parts))


def mib(node: Node, setting: str) -> int:
    """Return a size such as 512M in MiB; a number alone is bytes."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([bkmgt]?)(?:i?b)?", text(node, setting).strip().lower())
    if not found:
        raise refused(node, setting, "a size such as 512M or 1G")
    return math.ceil(float(found[1]) * _SIZES[found[2]])


def pairs(node: Node, setting: str) -> Iterator[tuple[str, Node | None, Node]]:
    """Yield name, value and place of variables: lines of `NAME: value`, or a list of NAME=value; None has no value."""
    for entry in node.content if isinstance(node.content, tuple) else ():
        name, equals, written = text(entry, setting).partition("=")
        yield name, Node(entry.file, entry.line, written, written) if equals else None, entry
    if not isinstance(node.content, tuple):
        for name, value in mapping(node, setting).items():
            yield name, None if value.content is None else value, value
