"""The meaning of a value without quotes, by the core schema of YAML 1.2."""

from __future__ import annotations

import re
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

# https://yaml.org/spec/1.2.2/#103-core-schema: no `yes`, no octal by a leading zero, no 1_000, no 12:30:45
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_BASED_INTEGER = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]{1,18}")


def meaning(text: str) -> Scalar:
    """Return the value of a plain text; a number too long to be one is text."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED_INTEGER.fullmatch(text):
        return int(text, base=0)
    return float(text) if _FLOAT.fullmatch(text) else text


def has_leading_zero(text: str) -> bool:
    """Return whether YAML 1.1, which many programs still read, takes it for octal or for text."""
    return _LEADING_ZERO.fullmatch(text) is not None
