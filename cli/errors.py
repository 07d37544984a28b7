"""Errors of a command, in words for the person who typed it."""

from __future__ import annotations


class CommandError(Exception):
    """Printed as it is, without a traceback; the command ends with this exit code."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)
