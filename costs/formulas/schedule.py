"""The runs a month of a schedule of EventBridge Scheduler."""

from __future__ import annotations

import re

from costs.facts import MONTH_H

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}
_NAMES = 7
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTH_DAYS = MONTH_H / 24


def runs_a_month(expression: str) -> float:
    """Return runs of `rate(15 minutes)` or `cron(30 3 ? * MON-FRI *)`; 1 of `at(…)`.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    if match := _RATE.match(expression):
        return MONTH_H / (int(match[1]) * _HOURS[match[2]])
    if not expression.startswith("cron("):
        return 1
    minute, hour, day, month, weekday, *_ = expression.removeprefix("cron(").removesuffix(")").split()
    days = MONTH_DAYS
    if weekday not in ("?", "*"):
        days *= _values(weekday, _NAMES) / _NAMES
    elif day not in ("?", "*"):
        days *= _values(day, 31) / 31
    return _values(minute, 60) * _values(hour, 24) * days * _values(month, 12) / 12


def _values(field: str, all_of_them: int) -> float:
    """Count the values that a field of cron names."""
    if field in ("*", "?"):
        return all_of_them
    count = 0.0
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        names = {name: at for at, name in enumerate(_WEEK)}
        if step:
            count += max(1, all_of_them // int(step))
        elif dash:
            begin, end = (names.get(one.upper(), one) for one in (first, last))
            count += int(end) - int(begin) + 1
        else:
            count += 1
    return min(count, all_of_them)
