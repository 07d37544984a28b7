"""Errors between a build context and the registry, each with its own exit code."""

from __future__ import annotations

from enum import IntEnum

from config.errors import GroundworkError


class ExitCode(IntEnum):
    """Listed by `groundwork images publish --help`; 2 is what every command gives for a wrong input."""

    NO_ENGINE = 3
    NO_LOGIN = 4
    NO_REPOSITORY = 5
    BUILD_FAILED = 6
    PUSH_FAILED = 7
    TAG_TAKEN = 8
    NO_SPACE = 9


class ImageError(GroundworkError):
    """An error about an image, and what to do about it."""

    def __init__(self, code: ExitCode, message: str, *, fix: str | None = None) -> None:
        self.code = code
        super().__init__(message, fix=fix, exit_code=int(code))
