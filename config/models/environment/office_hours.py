"""Office hours: outside them an environment's services, databases and monitoring do not run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

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


MARGIN_MIN, DAY_MIN = 15, 24 * 60


class OfficeHours(Settings):
    """The first and the last hour of a working day, and the days."""

    start: time = Field(default=time(7), description="The services are started, such as 07:00.")
    stop: time = Field(default=time(20), description="They are stopped, until the next of the days.")
    timezone: str = Field(default="UTC", description="The clock that start and stop mean, such as Europe/Dublin.")
    days: tuple[Day, ...] = Field(
        default=(Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY),
        description="The working days.",
    )
    databases: bool = Field(
        default=True, description="Databases run in these hours only, and a quarter of an hour before and after them."
    )
    monitoring: bool = Field(
        default=True,
        description="So do Prometheus with its instance, Alertmanager, Grafana and the CloudWatch exporter.",
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

    @property
    def around(self) -> OfficeHours:
        """A quarter of an hour longer at both ends of the same day, for what services need when they start."""
        start = max(_minutes(self.start) - MARGIN_MIN, 0)
        stop = min(_minutes(self.stop) + MARGIN_MIN, DAY_MIN - 1)
        return self.model_copy(update={"start": _clock(start), "stop": _clock(stop)})

    @property
    def midday_utc(self) -> datetime:
        """The middle of the first working day of some week by UTC; within an hour of that in summer."""
        first = next(at for at, day in enumerate(Day) if day in self.days)
        monday = datetime(2026, 1, 5, tzinfo=ZoneInfo(self.timezone))
        middle = (_minutes(self.start) + _minutes(self.stop)) // 2
        return (monday + timedelta(days=first, minutes=middle)).astimezone(UTC)

    def _cron(self, moment: time) -> str:
        """Write a moment of the working days as a cron expression.

        https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
        """
        days = ",".join(day.upper() for day in Day if day in self.days)
        return f"cron({moment.minute} {moment.hour} ? * {days} *)"


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
