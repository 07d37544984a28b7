"""A value in YAML that knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.source.scalars import Scalar

# So much of a value is shown.
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it (or its key) stands, and how it was written."""

    file: Path
    line: int
    source: str
    content: Scalar | tuple[Node, ...] | dict[str, Node]
    overrides: bool = False
    weight: int = 1

    @property
    def fields(self) -> dict[str, Node]:
        """The fields of a mapping; nothing for any other value."""
        return self.content if isinstance(self.content, dict) else {}


def plain(node: Node) -> Any:
    """Return the value without its places."""
    if isinstance(node.content, dict):
        return {key: plain(value) for key, value in node.content.items()}
    if isinstance(node.content, tuple):
        return [plain(value) for value in node.content]
    return node.content


def flow(content: tuple[Node, ...] | dict[str, Node]) -> str:
    """Return a list or a mapping as one would write it in one line."""
    if isinstance(content, dict):
        text = "{" + ", ".join(f"{key}: {value.source}" for key, value in content.items()) + "}"
    else:
        text = "[" + ", ".join(value.source for value in content) + "]"
    return shortened(text)


def shortened(text: str) -> str:
    """Return as much of a text as a message shows."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
