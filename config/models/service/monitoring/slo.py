"""The service level objective (SLO) of a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.service.monitoring.re2 import re2_error
from config.models.settings import Mistake, Settings, in_words

# https://prometheus.io/docs/concepts/data_model/
MetricName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$", max_length=200),
    in_words("the name of a metric: letters, digits and _"),
]
LabelName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=100),
    in_words("the name of a label: letters, digits and _"),
]
# No quote and no backslash, for it stands between quotes in a query.
LabelValues = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.|*+?()\[\]^:/ -]+$", max_length=200),
    in_words("a regular expression of letters, digits and _.|*+?()[]^:/-"),
]


def _left_of(percent: float) -> float:
    """Return the share that is left of all requests, without the noise of floating point."""
    return round(1 - percent / 100, 6)


class Latency(Settings):
    """The share of requests that are answered within a time."""

    below_ms: int = Field(
        ge=1,
        le=60_000,
        description="Answered within so many milliseconds. Its histogram must have a bucket that ends there.",
    )
    percent: float = Field(default=99, ge=50, le=99.99, description="The share of requests that must be as fast.")
    histogram: MetricName = Field(
        default="http_request_duration_seconds",
        description="The histogram of its requests' durations in seconds, among its own metrics.",
    )

    @property
    def budget(self) -> float:
        """The share of requests that may be slower."""
        return _left_of(self.percent)


class Slo(Settings):
    """The share of requests that succeed over thirty days; Prometheus alerts before it is missed."""

    availability_percent: float = Field(
        ge=95,
        le=99.99,
        description="The share of requests that must not fail. 99.9 is one in a thousand, or 43 minutes a month.",
    )
    requests: MetricName = Field(
        default="http_requests_total", description="The counter of its requests, among its own metrics."
    )
    failed: dict[LabelName, LabelValues] = Field(
        default={"code": "5.."},
        description="Which of them failed: by label, a regular expression for its value.",
    )

    latency: Latency | None = Field(
        default=None, description="How many of the requests are answered how fast: `{below_ms: 300, percent: 99}`."
    )

    @property
    def budget(self) -> float:
        """The share of requests that may fail."""
        return _left_of(self.availability_percent)

    def mistakes(self) -> Iterator[Mistake]:
        """Something fails, by expressions: for one that is none, Prometheus refuses its whole configuration."""
        if not self.failed:
            yield Mistake(
                field="failed",
                message="without a label every request is a failed one",
                allowed="one label or more, each with a regular expression",
                fix='remove the line, which means {code: "5.."}',
            )
        yield from failed_mistakes(self.failed)


def failed_mistakes(failed: Mapping[str, str]) -> Iterator[Mistake]:
    """Yield what is no regular expression in the field `failed`."""
    for label, values in failed.items():
        if error := re2_error(values):
            yield Mistake(
                field=f"failed.{label}",
                message=f"not a regular expression: {error}",
                allowed="a regular expression such as 5.. or error|timeout",
                fix="close its brackets, and let each of * + ? follow something",
            )
