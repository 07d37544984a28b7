"""Regular expressions as Prometheus takes them: it has RE2, which knows less than Python."""

from __future__ import annotations

import re
import warnings

_CLASS = re.compile(r"\[\^?\]?(\[:\^?[a-z]+:\]|[^\]])*\]")
_REPEATED_REPETITION = re.compile(r"[*+?]\?[*+?]|[*+][*+]|\?[*+]")
_FOREIGN_GROUP = re.compile(r"\(\?(?!P<\w+>)(?!(?=[ims:-])[ims]*(-[ims]+)?[:)])")
_COUNT = re.compile(r"\{(\d*),?(\d*)\}")
MOST_REPETITIONS = 1000


def re2_error(expression: str) -> str | None:
    """Return why Prometheus would refuse it, or None.

    Repetitions of repetitions that come to more than a thousand are left to promtool, when the image is built.
    https://github.com/google/re2/wiki/Syntax
    """
    outside = _CLASS.sub("x", expression)
    if found := _REPEATED_REPETITION.search(outside):
        return f"{found[0]} repeats a repetition"
    if found := _FOREIGN_GROUP.search(outside):
        return "a group in brackets may begin with (?: or with the flags i, m and s, and with nothing else after (?"
    if any(int(number) > MOST_REPETITIONS for count in _COUNT.findall(outside) for number in count if number):
        return f"repeats more than {MOST_REPETITIONS} times"
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(expression)
    except re.error as error:
        return str(error)
    return None
