"""Office hours: outside them an environment's services run no task."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from enum import StrEnum

from pydantic import Field

from config.models.schedule import clock_mistakes
from config.models.settings import Mistake, Settings


class Day(StrEnum):
    """A day of the week, as cron has it."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class OfficeHours(Settings):
    """The first and the last hour of a working day, and the days."""

    start: time = Field(default=time(7), description="The services are started, such as 07:00.")
    stop: time = Field(default=time(20), description="They are stopped, until the next of the days.")
    timezone: str = Field(default="UTC", description="The clock that start and stop mean, such as Europe/Dublin.")
    days: tuple[Day, ...] = Field(
        default=(Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY),
        description="The working days.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a day that ends before it begins, and an unknown time zone."""
        yield from clock_mistakes(self.start, self.stop, self.timezone)
        if not self.days:
            yield Mistake(field="days", message="there is no working day", fix="remove it: the default is mon to fri")
        if self.stop.replace(tzinfo=None) <= self.start.replace(tzinfo=None):
            yield Mistake(
                field="stop",
                message=f"{self.stop:%H:%M} is not after {self.start:%H:%M}",
                allowed=f"later than start, {self.start:%H:%M}",
                because=("start",),
            )

    @property
    def start_cron(self) -> str:
        """The start as a cron expression of AWS."""
        return self._cron(self.start)

    @property
    def stop_cron(self) -> str:
        """The end as a cron expression of AWS."""
        return self._cron(self.stop)

    def _cron(self, moment: time) -> str:
        """Write a moment of the working days as a cron expression.

        https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
        """
        days = ",".join(day.upper() for day in Day if day in self.days)
        return f"cron({moment.minute} {moment.hour} ? * {days} *)"
