"""Problems of a person's input, said once and completely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import BAD_INPUT, GroundworkError


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
        where = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        details = (("value", self.value), ("allowed", self.allowed), ("fix", self.fix))
        return "\n".join([f"{where}: {self.message}", *(f"  {name}: {text}" for name, text in details if text)])


class ConfigError(GroundworkError):
    """Everything wrong that one reading found. The command line prints it and exits with 2."""

    exit_code = BAD_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
