"""The base of every error that a person is told: a message, what is allowed, the likely fix, and an exit code."""

from __future__ import annotations

BAD_INPUT = 2
"""The exit code of every wrong input: a file, an argument, an option."""


class GroundworkError(Exception):
    """An error that is printed without a traceback; the command ends with `exit_code`."""

    exit_code = 1

    def __init__(
        self, message: str, *, allowed: str | None = None, fix: str | None = None, exit_code: int | None = None
    ) -> None:
        self.exit_code = type(self).exit_code if exit_code is None else exit_code
        details = (("allowed", allowed), ("fix", fix))
        super().__init__("\n".join([message, *(f"  {name}: {text}" for name, text in details if text)]))
