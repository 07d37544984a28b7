"""Checks of a service's metrics and promises against its other fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.models.service.database import without_null
from config.models.service.http import Metrics
from config.models.service.kinds import Kind
from config.models.service.monitoring.slo import Slo
from config.models.service_names import PORTS_TAKEN_IN_TASKS
from config.models.settings import Mistake

HasMetrics = Annotated[
    Metrics | None,
    Field(
        description="What Prometheus scrapes; without it only the task's own figures are collected.",
        json_schema_extra=without_null,
    ),
]


def measured_mistakes(kind: Kind, port: int | None, metrics: Metrics | None, slo: Slo | None) -> Iterator[Mistake]:
    """Metrics have a port, which nothing else of the task has, and a promise has metrics."""
    if metrics and (metrics.port or port) is None and kind is Kind.WORKER:
        yield Mistake(
            field="metrics",
            message="a worker has no port that its metrics could be scraped at",
            fix="add `port:` below `metrics:`",
            because=("kind",),
        )
    if not kind.keeps_running:
        return  # it has neither, see KIND_RULES
    if slo and metrics is None:
        yield Mistake(
            field="slo",
            message="nobody measures its requests",
            allowed="only with `metrics:`, among which Prometheus finds them",
            fix="add `metrics: {}`",
        )
    yield from (
        Mistake(
            field=field,
            message=f"{taken} is taken in every task, by {PORTS_TAKEN_IN_TASKS[taken]}",
            allowed=f"any port but {', '.join(map(str, PORTS_TAKEN_IN_TASKS))}",
            fix="choose another port",
        )
        for field, taken in {"port": port, "metrics.port": metrics and metrics.port}.items()
        if taken in PORTS_TAKEN_IN_TASKS
    )
