"""A service's file while it is drafted, and what became of every line of the foreign one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from config.source.node import Node


class Outcome(StrEnum):
    """The fate of a line of the foreign file."""

    CARRIED = "carried over"
    CHANGED = "changed"
    LEFT_OUT = "no counterpart"
    TO_DO = "to do"


@dataclass(frozen=True)
class Remark:
    """One line of the report: a foreign setting, where it stands, and what became of it."""

    file: Path
    line: int
    setting: str
    outcome: Outcome
    text: str

    @property
    def place(self) -> str:
        """File and line; what AWS answered has no lines."""
        return f"{self.file}:{self.line}" if self.line else str(self.file)


@dataclass(frozen=True)
class WantedSecret:
    """A secret that a person stores before the service can start; its value is in no file."""

    name: str
    origin: str | None = None
    """A command that prints the value, where it is stored already."""


@dataclass
class Draft:
    """The fields of one service in the order of the file, in words of Groundwork."""

    name: str
    origin: Node
    fields: dict[str, Any] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    secrets: dict[str, WantedSecret] = field(default_factory=dict)

    def set(self, path: str, value: Any) -> None:
        """Set a field by its dotted path."""
        *parents, last = path.split(".")
        section = self.fields
        for parent in parents:
            section = section.setdefault(parent, {})
        section[last] = value

    def get(self, path: str, default: Any = None) -> Any:
        """Return a field by its dotted path."""
        value: Any = self.fields
        for step in path.split("."):
            if not isinstance(value, dict) or step not in value:
                return default
            value = value[step]
        return value

    def say(self, node: Node, setting: str, outcome: Outcome, text: str) -> None:
        """Report on a line of the foreign file."""
        self.remarks.append(Remark(node.file, node.line, setting, outcome, text))

    def carried(self, node: Node, setting: str, path: str) -> None:
        """Report a setting that means what it meant, by the name of its field."""
        self.say(node, setting, Outcome.CARRIED, f"`{path}`")

    def changed(self, node: Node, setting: str, text: str) -> None:
        """Report a setting that means something else than it meant, and why."""
        self.say(node, setting, Outcome.CHANGED, text)

    def left_out(self, node: Node, setting: str, text: str) -> None:
        """Report a setting that has no counterpart, and the way there."""
        self.say(node, setting, Outcome.LEFT_OUT, text)

    def to_do(self, node: Node, setting: str, text: str) -> None:
        """Report what only a person can decide or add."""
        self.say(node, setting, Outcome.TO_DO, text)

    def layer(self, environment: str) -> Draft:
        """Return a draft of the overrides in one environment, which reports into this one."""
        section = self.fields.setdefault("environments", {}).setdefault(environment, {})
        return Draft(self.name, self.origin, section, self.remarks, self.secrets)


@dataclass
class Import:
    """The drafts and remarks of one run of an importer."""

    drafts: list[Draft] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    """What belongs to no single service."""

    def say(self, node: Node, setting: str, outcome: Outcome, text: str) -> None:
        """Report on a line that belongs to no single service."""
        self.remarks.append(Remark(node.file, node.line, setting, outcome, text))

    def draft(self, name: str) -> Draft | None:
        """Return the draft of this name."""
        return next((draft for draft in self.drafts if draft.name == name), None)

    def reported(self) -> Iterator[Remark]:
        """Yield every remark, those on no single service last."""
        for draft in self.drafts:
            yield from draft.remarks
        yield from self.remarks
