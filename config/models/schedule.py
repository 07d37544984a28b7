"""The schedule of a job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from config.models.cron import valid_time
from config.models.cron_forms import without_other_interval, without_other_time
from config.models.settings import Mistake, Settings, in_words

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
Expression = Annotated[
    str,
    StringConstraints(pattern=r"^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]* (minute|hour|day)s?\))$"),
    in_words("cron(minute hour day-of-month month day-of-week year), one of the two days ?; or rate(15 minutes)"),
    AfterValidator(valid_time),
    BeforeValidator(without_other_time),
    BeforeValidator(without_other_interval),
]

# Files of the tz database that are no place's clock, and short names that Java, and so EventBridge, does not have.
_OF_THIS_MACHINE = ("posix", "right/", "local", "Factory", "leap", "tzdata", "SystemV/")
_NOT_IN_JAVA = frozenset({"EST", "MST", "HST", "ROC"})


class Schedule(Settings):
    """A time that returns."""

    expression: Expression = Field(description="cron(30 3 * * ? *) is 03:30 every day; rate(15 minutes).")
    timezone: str = Field(default="UTC", description="The clock that cron means, such as Europe/Dublin.")
    retries: int = Field(default=0, ge=0, le=185, description="How often a start that failed is tried again.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a time zone that the tz database does not have."""
        yield from timezone_mistakes(self.timezone)


def clock_mistakes(start: time, stop: time, timezone: str) -> Iterator[Mistake]:
    """Yield what is wrong with two moments of a day, which are to the minute, and with the clock that they mean."""
    yield from timezone_mistakes(timezone)
    for name, moment in (("start", start), ("stop", stop)):
        if moment.second or moment.microsecond or moment.tzinfo:
            yield Mistake(field=name, message="has the wrong form", allowed="hours and minutes, such as 08:30")


def timezone_mistakes(timezone: str) -> Iterator[Mistake]:
    """Yield the mistake of a `timezone:` that does not exist, or that EventBridge does not know."""
    if timezone not in available_timezones() or timezone.startswith(_OF_THIS_MACHINE) or timezone in _NOT_IN_JAVA:
        yield Mistake(
            field="timezone",
            message=f"there is no time zone {timezone}",
            allowed="a name of the tz database, such as UTC or Europe/Dublin",
            fix=_meant(timezone),
        )


def _meant(timezone: str) -> str | None:
    """Return the zone that is written in other letters, or only by its city."""
    named = timezone.strip().replace(" ", "_").lower()
    found = [zone for zone in sorted(available_timezones()) if named in (zone.lower(), zone.lower().rpartition("/")[2])]
    # Etc/GMT+2 lies west of Greenwich, which nobody means who writes GMT+2.
    known = [zone for zone in found if not zone.startswith((*_OF_THIS_MACHINE, "Etc/")) and zone not in _NOT_IN_JAVA]
    return f"write {known[0]}" if known else None
