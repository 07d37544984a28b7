"""The base of every error that a person is told: a message, what is allowed, the likely fix, and an exit code."""

from __future__ import annotations

import re

BAD_INPUT = 2
"""The exit code of every wrong input: a file, an argument, an option."""


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""All that a terminal obeys instead of showing it, or that turns the direction of text; but tabs and newlines."""


def printable(text: str) -> str:
    """Return the text with its control characters written out: a file's name or a value must not steer a terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class GroundworkError(Exception):
    """An error that is printed without a traceback; the command ends with `exit_code`."""

    exit_code = 1

    def __init__(
        self, message: str, *, allowed: str | None = None, fix: str | None = None, exit_code: int | None = None
    ) -> None:
        self.exit_code = type(self).exit_code if exit_code is None else exit_code
        details = (("allowed", allowed), ("fix", fix))
        super().__init__(printable("\n".join([message, *(f"  {name}: {text}" for name, text in details if text)])))
