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
# RDS takes no shorter ones, and they may not overlap. It knows UTC alone, so that clocks which change move the hours.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupWindow.html
WINDOW = timedelta(minutes=30)
BOTH_WINDOWS = 2 * WINDOW
WEEKS = 52


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
        of_the_clock = list(clock_mistakes(self.start, self.stop, self.timezone))
        yield from of_the_clock
        if not self.days:
            yield Mistake(field="days", message="there is no working day", fix="remove it: the default is mon to fri")
        if self.stop.replace(tzinfo=None) <= self.start.replace(tzinfo=None):
            yield Mistake(
                field="stop",
                message=f"{self.stop:%H:%M} is not after {self.start:%H:%M}",
                allowed=f"later than start, {self.start:%H:%M}",
                because=("start",),
            )
        elif self.days and not of_the_clock:
            yield from self._too_short()

    def _too_short(self) -> Iterator[Mistake]:
        """Refuse hours in which RDS could neither back up nor maintain a database."""
        first, last = self.around.hours_of_all_year
        if self.databases and last - first < BOTH_WINDOWS:
            missing = BOTH_WINDOWS - (last - first)
            yield Mistake(
                field="stop",
                message=f"{self.start:%H:%M} to {self.stop:%H:%M} is too short for databases: RDS wants an hour in "
                "which they run, at one time of UTC in summer and winter, for the backup and the maintenance",
                allowed=f"{missing // timedelta(minutes=1)} minutes more, or databases that always run",
                fix="write a later stop, or databases: false",
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

    def started_before(self, minutes: int) -> OfficeHours:
        """Return hours that begin so much earlier on the same day, for what others look up as soon as they start."""
        return self.model_copy(update={"start": _clock(max(_minutes(self.start) - minutes, 0))})

    @property
    def hours_of_all_year(self) -> tuple[datetime, datetime]:
        """The first working day of a week by UTC, without the hours that summer or winter time takes away."""
        first = next(at for at, day in enumerate(Day) if day in self.days)
        opened, closed = [], []
        for week in range(WEEKS):
            midnight = datetime(2026, 1, 5, tzinfo=ZoneInfo(self.timezone)) + timedelta(weeks=week, days=first)
            opens, closes = (midnight.replace(hour=at.hour, minute=at.minute) for at in (self.start, self.stop))
            opened.append(opens.astimezone(UTC) - timedelta(weeks=week))
            closed.append(closes.astimezone(UTC) - timedelta(weeks=week))
        return max(opened), min(closed)

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
