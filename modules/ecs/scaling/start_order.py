"""The order in which services start in the morning: what is called before its callers."""

from __future__ import annotations

from config.models.environment.office_hours import OfficeHours
from config.models.service.kinds import Kind
from config.models.service.service import Service

# Before office hours begin. Databases are there a quarter of an hour before.
EARLIEST_MIN, LATER_BY_MIN, LATEST_MIN = 10, 3, 1


def hours_in_order(hours: OfficeHours | None, settings: Service, *, depth: int) -> OfficeHours | None:
    """Return the hours of a service, of which an internal one starts the earlier, the fewer calls are below it.

    Whoever looks up a name that has no address yet is told so, and the resolver keeps that answer.
    """
    if hours is None or settings.kind is not Kind.INTERNAL:
        return hours
    return hours.started_before(max(EARLIEST_MIN - LATER_BY_MIN * depth, LATEST_MIN))
