"""Problems of a person's input, said once and completely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import BAD_INPUT, GroundworkError

MOST_TOLD = 100
"""Of the mistakes of one reading: nobody mends more at a time, and a terminal keeps no more."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: where it stands, what was written, what is allowed, and the likely fix."""

    file: Path
    message: str
    line: int | None = None
    value: str | None = None
    allowed: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        file = str(self.file).replace("\n", "\\n")
        where = f"{file}:{self.line}" if self.line else file
        details = (("value", self.value), ("allowed", self.allowed), ("fix", self.fix))
        return "\n".join([f"{where}: {self.message}", *(f"  {name}: {text}" for name, text in details if text)])


class ConfigError(GroundworkError):
    """Everything wrong that one reading found. The command line prints it and exits with 2."""

    exit_code = BAD_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        told = [str(problem) for problem in self.problems[:MOST_TOLD]]
        if more := len(self.problems) - len(told):
            told.append(f"... and {more:,} more mistakes; mend these first")
        super().__init__("\n".join(told))
