"""Office hours, and who expects a sign of life by night."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.environment.environment import Environment
from config.source.located import Located
from config.source.problem import Problem


def heartbeat_conflicts(environment: Located[Environment]) -> Iterator[Problem]:
    """Report an outside party that would ring each night, when Prometheus is stopped and sends no heartbeat."""
    settings = environment.settings
    if settings.monitoring_hours and settings.monitoring.heartbeat_url:
        yield environment.problem(
            "monitoring.heartbeat_url",
            message="monitoring.heartbeat_url: with office_hours no heartbeat is sent by night, and whoever waits for "
            "it would ring",
            conflicts_with=environment.place("office_hours.monitoring", "office_hours"),
            allowed="no heartbeat_url, or monitoring: false below office_hours",
            fix="remove it, or let the monitoring run by night too: write monitoring: false below office_hours",
        )
