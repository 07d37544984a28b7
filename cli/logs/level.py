"""Severity of a log line, in OpenTelemetry's words, however its application spells it."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any

from cli.errors import UsageError
from config.diagnostics.suggestions import did_you_mean


class Level(IntEnum):
    """Log levels, each with its least `severity_number`.

    https://opentelemetry.io/docs/specs/otel/logs/data-model/
    """

    TRACE = 1
    DEBUG = 5
    INFO = 9
    WARN = 13
    ERROR = 17
    FATAL = 21


_ALSO = {
    "WARNING": Level.WARN,
    "NOTICE": Level.INFO,
    "INFORMATION": Level.INFO,
    "ERR": Level.ERROR,
    "SEVERE": Level.ERROR,
    "CRITICAL": Level.FATAL,
    "CRIT": Level.FATAL,
    "ALERT": Level.FATAL,
    "EMERGENCY": Level.FATAL,
    "PANIC": Level.FATAL,
}
_NAMES = {level.name: level for level in Level} | _ALSO
_ANY = "|".join(sorted(_NAMES, key=len, reverse=True))
# In capitals, in brackets or after `level=`: "no error" is none. Only where a line begins, not in what it quotes.
_WORD = re.compile(rf'\b(?:{_ANY})\b|\[(?i:({_ANY}))\]|\b(?:level|lvl|severity)="?(\w+)')
_BEGINNING = 120
_CRASHES = ("Traceback (most recent call last)", "panic: ", "Exception in thread ", "fatal error: ", "Uncaught ")
# What Bunyan and pino write: https://getpino.io/#/docs/api?id=loggerlevels-object
_TENS = {10: Level.TRACE, 20: Level.DEBUG, 30: Level.INFO, 40: Level.WARN, 50: Level.ERROR, 60: Level.FATAL}


def parse_level(text: str) -> Level:
    """Return the level that a person asks for."""
    level = level_named(text)
    if level is None:
        names = [one.name.lower() for one in Level]
        raise UsageError(
            f"--level: there is no level of this name\n  value: {text}",
            allowed=", ".join(names),
            fix=did_you_mean(text.lower(), names) or "error shows errors and what is worse",
        )
    return level


def level_named(value: Any) -> Level | None:
    """Return the level in a field of a record: a name, or a number of Bunyan's and pino's."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _TENS.get(value)
    return _NAMES.get(value.strip().upper()) if isinstance(value, str) else None


def level_numbered(value: Any) -> Level | None:
    """Return the level of an OpenTelemetry `severity_number`, from 1 to 24."""
    if not isinstance(value, int) or not 1 <= value <= 24:
        return None
    return max(level for level in Level if level <= value)


def level_in_text(line: str) -> Level | None:
    """Return the level that a line of plain text names, if it does."""
    if line.startswith(_CRASHES):
        return Level.FATAL if line.startswith(("panic", "fatal")) else Level.ERROR
    found = _WORD.search(line[:_BEGINNING])
    return level_named(found[1] or found[2] or found[0]) if found else None
