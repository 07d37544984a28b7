"""Errors of a command, in words for the person who typed it."""

from __future__ import annotations

from config.errors import BAD_INPUT, GroundworkError


class CommandError(GroundworkError):
    """A command could not do what it was asked."""


class UsageError(CommandError):
    """A wrong argument, option or file: nothing was begun."""

    exit_code = BAD_INPUT
