"""Settings beside the YAML they were read from, so that a rule between files can point at a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from config.source.merge import Location, Step, clearest
from config.source.node import Node
from config.source.problem import Problem

T = TypeVar("T")


@dataclass(frozen=True)
class Located(Generic[T]):
    """Settings beside the YAML that they were read from."""

    settings: T
    node: Node

    def place(self, *fields: str) -> Location:
        """Return the first of the fields (dotted; numbers are positions in a list) that is written."""
        paths: list[Sequence[Step]] = [
            [int(step) if step.isdigit() else step for step in field.split(".")] for field in fields
        ]
        return clearest(self.node, paths)

    def problem(
        self, *fields: str, message: str, allowed: str, fix: str, conflicts_with: Location | None = None
    ) -> Problem:
        """Return a problem at the first of the fields that is written, beside the place that it conflicts with."""
        place = self.place(*fields)
        other = conflicts_with.node if conflicts_with else None
        return Problem(
            file=place.node.file,
            line=place.node.line,
            value="nothing" if place.missing else place.node.source,
            message=f"{message}, see {other.file}:{other.line}" if other else message,
            allowed=allowed,
            fix=fix,
        )
