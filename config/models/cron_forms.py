"""Expressions of time of other programs, crontab, Quartz and Go, as AWS has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.models.cron import DAYS, FIELDS, RATE, forward, time_mistakes
from config.models.settings import Mistake, refuse

_EVERY: Mapping[str, str] = {
    "@hourly": "cron(0 * * * ? *)",
    "@daily": "cron(0 0 * * ? *)",
    "@midnight": "cron(0 0 * * ? *)",
    "@weekly": "cron(0 0 ? * SUN *)",
    "@monthly": "cron(0 0 1 * ? *)",
    "@yearly": "cron(0 0 1 1 ? *)",
    "@annually": "cron(0 0 1 1 ? *)",
}
_UNITS: Mapping[tuple[str, ...], float] = {
    ("s", "sec", "secs", "second", "seconds"): 1 / 60,
    ("m", "min", "mins", "minute", "minutes"): 1,
    ("h", "hr", "hrs", "hour", "hours"): 60,
    ("d", "day", "days"): 1440,
    ("w", "week", "weeks"): 10_080,
}
_FORM = "cron(minute hour day-of-month month day-of-week year), one of the two days ?"
_ONCE = re.compile(r"at\(.*\)|@reboot")


def without_other_interval(value: object) -> object:
    """Refuse the intervals of other programs, with ours for them."""
    if isinstance(value, str) and not RATE.fullmatch(value):
        if ours := _from_interval(" ".join(value.split())):
            raise refuse(
                Mistake(message="has the wrong form", allowed="rate(1 hour), rate(15 minutes)", fix=f"write {ours}")
            )
        if _ONCE.fullmatch(value.strip()):
            fix = "write `kind: one-off`, and start it with `groundwork run`"
            raise refuse(Mistake(message="comes once", allowed="a time that returns", fix=fix))
    return value


def without_other_time(value: object) -> object:
    """Refuse the moments of other programs, with ours for them."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    if ours := from_crontab(text):
        raise refuse(Mistake(message="is the form of crontab", allowed=_FORM, fix=f"write {ours}"))
    if (ours := _from_six_words(text)) and ours != value:
        raise refuse(Mistake(message="has the wrong form", allowed=_FORM, fix=f"write {ours}"))
    if _of_two_days(text):
        fix = "write two schedules: crontab runs on either of its two days"
        raise refuse(Mistake(message="is the form of crontab", allowed=_FORM, fix=fix))
    return value


def from_crontab(text: str) -> str | None:
    """Return an expression of crontab in AWS' form, or None where it is none, or needs two of them."""
    if text.startswith("@"):
        return _EVERY.get(text.lower())
    if not (words := _of_crontab(text)):
        return None
    minute, hour, day, month, weekday = words
    # crontab counts days from 0 or 7, Sunday; AWS from 1. Names mean one thing.
    weekday = re.sub(r"(?<![/#\d])[0-7](?!\d)", lambda found: DAYS[int(found[0]) % 7], weekday.upper())
    weekday = ",".join(forward(FIELDS[4], part) for part in weekday.split(","))
    if weekday in ("*", "?"):
        weekday, day = "?", "*" if day == "?" else day
    elif day in ("*", "?"):
        day = "?"
    else:
        return None  # either of the two days in crontab: two schedules here
    ours = f"cron({minute} {hour} {day} {month.upper()} {weekday} *)"
    return None if next(time_mistakes(ours), None) else ours


def _of_crontab(text: str) -> list[str]:
    """Return the five fields of a line of crontab, or nothing where it is none."""
    words = text.removeprefix("cron(").removesuffix(")").split()
    return words if len(words) == 5 and all(re.fullmatch(r"[0-9A-Za-z*,/?#-]+", word) for word in words) else []


def _of_two_days(text: str) -> bool:
    words = _of_crontab(text)
    return bool(words) and not ({words[2], words[4]} & {"*", "?"})


def _from_six_words(text: str) -> str | None:
    """Return a time of six words in AWS' form: one without `cron()`, or one of Quartz, whose first is a second."""
    words = text[5:-1].split() if text.lower().startswith("cron(") and text.endswith(")") else text.split()
    if len(words) != 6:
        return None
    candidates = [words, [*words[1:], "*"]] if words[0] == "0" and words[3:].count("?") else [words]
    fitting = (f"cron({' '.join(fields)})" for fields in candidates)
    return next((ours for ours in fitting if next(time_mistakes(ours), None) is None), None)


def _from_interval(text: str) -> str | None:
    """Return an interval in AWS' form: `rate(5 min)`, `@every 1h30m`, `every 2 weeks`."""
    found = re.fullmatch(r"(?:rate\(|@every |every )\s*((?:[\d.]+\s*[a-z]+\s*)+)\)?", text.lower())
    pairs = re.findall(r"(\d+(?:\.\d+)?)\s*([a-z]+)", found[1]) if found else []
    worth = {name: minutes for names, minutes in _UNITS.items() for name in names}
    if not pairs or any(unit not in worth for _, unit in pairs):
        return None
    minutes = round(sum(float(number) * worth[unit] for number, unit in pairs))
    if not any(float(number) for number, _ in pairs):
        return None
    minutes = max(minutes, 1)
    size, unit = next(its for its in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes % its[0] == 0)
    number = minutes // size
    return f"rate({number} {unit}{'' if number == 1 else 's'})"
