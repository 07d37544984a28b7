"""The schedule of a job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from config.models.cron import valid_time, without_other_form
from config.models.settings import Mistake, Settings, in_words

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
Expression = Annotated[
    str,
    StringConstraints(pattern=r"^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]* (minute|hour|day)s?\))$"),
    in_words("cron(minute hour day-of-month month day-of-week year), one of the two days ?; or rate(15 minutes)"),
    AfterValidator(valid_time),
    BeforeValidator(without_other_form),
]


class Schedule(Settings):
    """A time that returns."""

    expression: Expression = Field(description="cron(30 3 * * ? *) is 03:30 every day; rate(15 minutes).")
    timezone: str = Field(default="UTC", description="The clock that cron means, such as Europe/Dublin.")
    retries: int = Field(default=0, ge=0, le=185, description="How often a start that failed is tried again.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a time zone that the tz database does not have."""
        yield from timezone_mistakes(self.timezone)


def timezone_mistakes(timezone: str) -> Iterator[Mistake]:
    """Return the mistake of a `timezone:` that does not exist."""
    if timezone not in available_timezones():
        yield Mistake(
            field="timezone",
            message=f"there is no time zone {timezone}",
            allowed="a name of the tz database, such as UTC or Europe/Dublin",
        )
