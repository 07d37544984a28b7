"""Expressions of time as EventBridge Scheduler and Application Auto Scaling read them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from config.models.settings import Mistake, refuse


class Field(NamedTuple):
    """A field of a cron expression: what it is called, its numbers, its names, and the special forms it has."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    special: str | None = None


MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day-of-month", 1, 31, special=r"L|LW|([1-9]|[12][0-9]|3[01])W"),
    Field("month", 1, 12, MONTHS),
    Field("day-of-week", 1, 7, DAYS, special=r"L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]"),
    Field("year", 1970, 2199),
)
RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def valid_time(value: str) -> str:
    """Refuse an expression that AWS refuses, with the field that is wrong."""
    if mistake := next(time_mistakes(value), None):
        raise refuse(mistake)
    return value


def time_mistakes(value: str) -> Iterator[Mistake]:
    """Yield what AWS would refuse in an expression of the right form."""
    if rate := RATE.fullmatch(value):
        number, unit, plural = int(rate[1]), rate[2], bool(rate[3])
        if plural != (number != 1):
            right = f"rate({number} {unit}{'' if number == 1 else 's'})"
            yield Mistake(
                message=f"AWS wants the unit in the {'singular' if number == 1 else 'plural'}",
                allowed="rate(1 hour), rate(15 minutes)",
                fix=f"write {right}",
            )
        return
    words = value.removeprefix("cron(").removesuffix(")").split(" ")
    for field, word in zip(FIELDS, words, strict=False):
        if refused := _refused(field, word):
            reason, better = refused
            fix = f"write {better} for the {field.name}" if better else f"write another {field.name} than {word}"
            yield Mistake(message=reason, allowed=_in_words(field), fix=fix)
    days = [words[2], words[4]]
    if days.count("?") != 1:
        fixed = [*words]
        fixed[4 if words[4] in ("*", "?") else 2] = "?"
        if fixed[2] == fixed[4] == "?":
            fixed[2] = "*"
        given = "neither" if days.count("?") == 2 else "both"
        right = f"write cron({' '.join(fixed)})" if "*" in days or given == "neither" else "write ? for one of them"
        yield Mistake(
            message=f"{given} of the two days are given", allowed="one of the two days, and ? for the other", fix=right
        )
    if _never_comes(words[2], words[3]):
        yield Mistake(
            message=f"there is no day {words[2]} in month {words[3]}: it never runs",
            allowed="a day that the month has, or L for its last",
            fix="write L for the day-of-month",
        )


def _refused(field: Field, word: str) -> tuple[str, str | None] | None:
    """Return why AWS takes no such word, and the word that was meant."""
    parts = word.split(",")
    if "#" in word and len(parts) > 1 and field.special:
        return (f"with # a {field.name} is one, not several", None)
    better = [forward(field, part) for part in parts]
    for part, ahead in zip(parts, better, strict=True):
        if reason := _refused_part(field, part, alone=len(parts) == 1):
            return (reason, word.upper()[:3] if word.isalpha() and word.upper()[:3] in field.names else None)
        if ahead != part:
            return (f"{part} ends before it begins", None if field.name == "year" else ",".join(better))
    return None


def _refused_part(field: Field, part: str, *, alone: bool) -> str | None:
    if part == "?" and field.name.startswith("day-of"):
        return None if alone else "? stands alone"
    if field.special and re.fullmatch(field.special, part, re.IGNORECASE):
        return None
    base, slash, step = part.partition("/")
    if slash and field.names == DAYS:
        return f"a {field.name} has no steps"
    if slash and not (step.isascii() and step.isdigit() and 1 <= int(step) <= field.most):
        return f"/{step} is no step of a {field.name}"
    if base == "*":
        return None
    ends = base.split("-")
    if len(ends) > 2 or not all(ends):
        return f"{part or 'nothing'} is no {field.name}"
    if any(_number(field, end) is None for end in ends):
        return f"there is no {field.name} {base}"
    return None


def forward(field: Field, part: str) -> str:
    """Return a range over the end of the week, the day or the year as the two that it is made of."""
    first, dash, last = part.partition("-")
    begin, end = _number(field, first), _number(field, last)
    if not dash or begin is None or end is None or begin <= end:
        return part
    by_name = bool(field.names) and not first.isdigit()
    highest, lowest = (field.names[-1], field.names[0]) if by_name else (str(field.most), str(field.least))
    halves = ((first, highest), (lowest, last))
    return ",".join(start if start.upper() == stop.upper() else f"{start}-{stop}" for start, stop in halves)


def _number(field: Field, text: str) -> int | None:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + 1
    number = int(text) if text.isascii() and text.isdigit() else None
    return number if number is not None and field.least <= number <= field.most else None


def _in_words(field: Field) -> str:
    names = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"a {field.name} from {field.least} to {field.most}{names}; also lists, ranges, steps and *"


def _never_comes(day: str, month: str) -> bool:
    """Tell whether no month of those has a day of those."""
    months = [_number(FIELDS[3], part) for part in month.split(",")]
    days = [_number(FIELDS[2], part) for part in day.split(",")]
    if None in months or None in days:
        return False  # a range, a step or *: it comes
    longest = max(_LONGEST[number - 1] for number in months if number)
    return all(number > longest for number in days if number)
