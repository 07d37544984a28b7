"""The weekly hour in which RDS rotates the passwords of databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from config.models.environment.office_hours import Day, OfficeHours
from config.models.settings import Mistake, Settings

HOUR = timedelta(hours=1)


class PasswordRotation(Settings):
    """An hour of the week in which people are at work, since services are restarted in it."""

    day: Day = Field(default=Day.TUESDAY, description="The day of the week, by UTC.")
    hour_utc: int = Field(default=9, ge=0, le=23, description="When the hour begins, by UTC.")

    @property
    def cron(self) -> str:
        """The hour's begin as Secrets Manager has it.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
        """
        return f"cron(0 {self.hour_utc} ? * {self.day.upper()} *)"


def rotation_in(hours: OfficeHours | None, asked: PasswordRotation | None) -> PasswordRotation:
    """Return the hour that was asked for, else the second one of a day on which the databases run."""
    if asked or hours is None:
        return asked or PasswordRotation()
    days = _whole_hours(hours)
    return days[len(days) // 2][:2][-1]


def rotation_mistakes(hours: OfficeHours | None, asked: PasswordRotation | None) -> Iterator[Mistake]:
    """Refuse an hour in which the databases are stopped: RDS could not rotate a password."""
    if hours is None or asked is None or asked in [hour for day in _whole_hours(hours) for hour in day]:
        return
    other = rotation_in(hours, None)
    yield Mistake(
        field="databases.password_rotation",
        message=f"on {asked.day} from {asked.hour_utc:02}:00 UTC databases are not running for an hour",
        allowed="an hour of office_hours, in summer and in winter",
        fix=f"remove it, or write day: {other.day} and hour_utc: {other.hour_utc}",
        because=("office_hours",),
    )


def _whole_hours(hours: OfficeHours) -> list[list[PasswordRotation]]:
    """Return the hours of each working day, at least one."""
    first, last = hours.hours_of_all_year
    begin = first if first.minute == 0 else first.replace(minute=0) + HOUR
    numbers = range(max(1, (last - begin) // HOUR))
    days = [at for at, day in enumerate(Day) if day in hours.days]
    return [[_at(begin + timedelta(days=day - days[0]) + number * HOUR) for number in numbers] for day in days]


def _at(moment: datetime) -> PasswordRotation:
    return PasswordRotation(day=tuple(Day)[moment.weekday()], hour_utc=moment.hour)
