"""Alerting and recording rules, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """The severity of an alert: how soon somebody has to look."""

    CRITICAL = "critical"
    """Users notice, or will within hours: wake somebody."""
    WARNING = "warning"
    """It waits for the morning."""
    NONE = "none"
    """It says nothing but that alerts work."""


WATCHDOG = "Watchdog"
"""The alert that always fires."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A row of a table.

    `expr` is PromQL; `for_` how long it must hold, such as 5m; `summary` and `description` are Go templates, as
    Prometheus has them: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#templating
    """

    name: str
    expr: str
    for_: str
    severity: Severity
    summary: str
    description: str

    @property
    def of_a_service(self) -> bool:
        """Return whether its series say which service, so that it has a dashboard to look at."""
        return "$labels.service" in self.summary


@dataclass(frozen=True, kw_only=True)
class RecordingRule:
    """A figure that is worked out once a round, for the alerts and for dashboards; `labels` are added to it.

    Named as https://prometheus.io/docs/practices/rules/ has it.
    """

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """A table: one rule file, and one page of docs/runbooks with a section for each alert."""

    name: str
    alerts: tuple[Alert, ...]
    recordings: tuple[RecordingRule, ...] = ()


def any_of(names: Iterable[str]) -> str:
    """Return a regular expression for label values; names of services need no escaping."""
    return "|".join(names)
