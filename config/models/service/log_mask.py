"""Patterns of secrets that the log router hides, written so that no line, however hostile, takes it long to read.

`CUST-####`: the text before the first # or * stays readable, # is one digit, and * at the end is whatever comes before
the next space, quote, comma or bracket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import StringConstraints

from config.models.settings import Mistake, in_words

SHORTEST = 4

MaskPattern = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]([ -~]*[!-~])?$", max_length=100),
    in_words("1 to 100 printable ASCII characters"),
]

_LUA = {"#": "%d", "*": r"""[^%s"',;&<>(){}%[%]\\]+"""}


def mask_mistakes(masks: Sequence[str]) -> Iterator[Mistake]:
    """Masks that would hide too much, or that are of another language."""
    for position, mask in enumerate(masks):
        before, star, after = mask.partition("*")
        if after:
            yield Mistake(
                field=f"mask.{position}",
                message="has a * before its end",
                allowed="text, # for one digit, and one * at the end: CUST-######, or iban=*; no regular expressions",
                fix=f"write {before}*" if len(before) >= SHORTEST else None,
            )
        elif len(before) + len(star) < SHORTEST:
            yield Mistake(
                field=f"mask.{position}",
                message="would hide too much of every line",
                allowed=f"{SHORTEST} characters or more, such as iban=*",
            )


def lua_pattern(mask: str) -> str:
    """Translate a mask into a Lua pattern, whose first capture holds what stays readable.

    >>> lua_pattern("CUST-####")
    '(CUST%-)%d%d%d%d%f[%D]'
    """
    shown, hidden = _PARTS.fullmatch(mask).groups()  # type: ignore[union-attr]  # matches always
    if not hidden:
        return f"(%z*){_literally(shown)}"  # all of it is the secret
    start = _literally(shown) or "%f[%d]"
    end = "%f[%D]" if mask.endswith("#") else ""
    return f"({start})" + "".join(_LUA.get(sign) or _literally(sign) for sign in hidden) + end


_PARTS = re.compile(r"([^#*]*)(.*)", re.DOTALL)


def _literally(text: str) -> str:
    """Lua reads a punctuation character after % as itself."""
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"%{found[0]}", text)
