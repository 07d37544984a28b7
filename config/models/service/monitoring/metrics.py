"""The metrics of a service: where they are, and which of them count its requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.service.kinds import Kind
from config.models.service.monitoring.slo import LabelName, LabelValues, MetricName, Slo, failed_mistakes
from config.models.settings import Mistake, Settings, in_words, without_null

# No $, which would be a reference in the relabelling that carries the path.
MetricsPath = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9_\-./~]*$", max_length=128),
    in_words("a path such as /metrics: a slash, then letters, digits and _-./~"),
]


class Metrics(Settings):
    """The endpoint where Prometheus scrapes a service, and the names that its dashboard goes by."""

    path: MetricsPath = Field(default="/metrics", description="What Prometheus asks for.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="By default the service's port.")
    requests: MetricName | None = Field(
        default=None,
        description="The counter of its requests, for its dashboard; by default that of `slo`, or a usual one of "
        "client libraries: http_server_request_duration_seconds_count, http_requests_total, ….",
    )
    failed: dict[LabelName, LabelValues] = Field(
        default_factory=dict,
        description="Which requests failed: by label, a regular expression for its value; by default those of `slo`, "
        "or a 5xx in http_response_status_code, code, status or status_code.",
    )
    duration: MetricName | None = Field(
        default=None,
        description="The histogram of its requests' durations in seconds, for its dashboard; by default that of `slo`, "
        "or a usual one: http_server_request_duration_seconds, http_request_duration_seconds, ….",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Prometheus refuses its whole configuration for an expression that is none."""
        yield from failed_mistakes(self.failed)


HasMetrics = Annotated[
    Metrics | None,
    Field(
        description="What Prometheus scrapes; without it only the task's own figures are collected.",
        json_schema_extra=without_null,
    ),
]
HasSlo = Annotated[
    Slo | None,
    Field(
        description="How many of its requests must succeed; people are told before that is missed.",
        json_schema_extra=without_null,
    ),
]


def measured_mistakes(kind: Kind, port: int | None, metrics: Metrics | None, slo: Slo | None) -> Iterator[Mistake]:
    """Metrics have a port, and a promise has metrics."""
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
