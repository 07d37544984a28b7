"""Expressions of time as EventBridge Scheduler and Application Auto Scaling read them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
_EVERY: Mapping[str, str] = {
    "@hourly": "cron(0 * * * ? *)",
    "@daily": "cron(0 0 * * ? *)",
    "@midnight": "cron(0 0 * * ? *)",
    "@weekly": "cron(0 0 ? * SUN *)",
    "@monthly": "cron(0 0 1 * ? *)",
    "@yearly": "cron(0 0 1 1 ? *)",
    "@annually": "cron(0 0 1 1 ? *)",
}
_FORM = "cron(minute hour day-of-month month day-of-week year), one of the two days ?"


def without_other_form(value: object) -> object:
    """Refuse the forms of other programs, with ours for them."""
    if isinstance(value, str) and (ours := from_crontab(value.strip())):
        raise refuse(Mistake(message="is the form of crontab", allowed=_FORM, fix=f"write {ours}"))
    return value


def valid_time(value: str) -> str:
    """Refuse an expression that AWS refuses, with the field that is wrong."""
    if mistake := next(_mistakes(value), None):
        raise refuse(mistake)
    return value


def from_crontab(text: str) -> str | None:
    """Return an expression of crontab in AWS' form, or None where it is none, or needs two of them."""
    if text.startswith("@"):
        return _EVERY.get(text.lower())
    words = text.removeprefix("cron(").removesuffix(")").split()
    if len(words) != 5 or not all(re.fullmatch(r"[0-9A-Za-z*,/?#-]+", word) for word in words):
        return None
    minute, hour, day, month, weekday = words
    # crontab counts days from 0 or 7, Sunday; AWS from 1. Names mean one thing.
    weekday = re.sub(r"(?<![/#\d])[0-7](?!\d)", lambda found: DAYS[int(found[0]) % 7], weekday.upper())
    if weekday in ("*", "?"):
        weekday, day = "?", "*" if day == "?" else day
    elif day in ("*", "?"):
        day = "?"
    else:
        return None  # either of the two days in crontab: two schedules here
    ours = f"cron({minute} {hour} {day} {month.upper()} {weekday} *)"
    return None if next(_mistakes(ours), None) else ours


def _mistakes(value: str) -> Iterator[Mistake]:
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", value):
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
        if reason := _refused(field, word):
            yield Mistake(message=reason, allowed=_in_words(field), fix=f"write another {field.name} than {word}")
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


def _refused(field: Field, word: str) -> str | None:
    for part in word.split(","):
        if part == "?" and field.name.startswith("day-of"):
            continue
        if field.special and re.fullmatch(field.special, part, re.IGNORECASE):
            continue
        base, slash, step = part.partition("/")
        if slash and not (step.isdigit() and 1 <= int(step) <= field.most):
            return f"/{step} is no step of a {field.name}"
        if base == "*":
            continue
        ends = base.split("-")
        if len(ends) > 2 or not all(ends):
            return f"{part} is no {field.name}"
        numbers = [_number(field, end) for end in ends]
        if any(number is None for number in numbers):
            return f"there is no {field.name} {base}"
    return None


def _number(field: Field, text: str) -> int | None:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + 1
    number = int(text) if text.isascii() and text.isdigit() else None
    return number if number is not None and field.least <= number <= field.most else None


def _in_words(field: Field) -> str:
    names = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"a {field.name} from {field.least} to {field.most}{names}; also lists, ranges, steps and *"
