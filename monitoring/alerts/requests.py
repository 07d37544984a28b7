"""Rate, errors and duration of a service's requests, recorded under names that every service shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.models.service.monitoring.metrics import Metrics
from config.models.service.monitoring.slo import Slo
from config.models.service.service import Service
from monitoring.alerts.alert import RecordingRule

REQUESTS_RATE = "service:requests:rate5m"
FAILED = "service:failed_requests:rate5m"
DURATION = "service:request_duration_seconds:quantile5m"
QUANTILES = (0.5, 0.95, 0.99)

# In the order in which they are tried: OpenTelemetry, Micrometer (Spring), the usual names of client libraries and
# their middleware, Flask, Django, gRPC.
# https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
# https://prometheus.io/docs/practices/naming/
HISTOGRAMS = (
    "http_server_request_duration_seconds",
    "http_server_requests_seconds",
    "http_request_duration_seconds",
    "flask_http_request_duration_seconds",
    "django_http_requests_latency_seconds_by_view_method",
    "grpc_server_handling_seconds",
)
COUNTERS = (
    "http_server_request_duration_seconds_count",
    "http_server_requests_seconds_count",
    "http_requests_total",
    "http_request_duration_seconds_count",
    "flask_http_request_total",
    "django_http_responses_total_by_status_total",
    "grpc_server_handled_total",
)
# Each alone says that a request failed.
FAILURES: Sequence[Mapping[str, str]] = (
    {"http_response_status_code": "5.."},
    {"code": "5..|5xx"},
    {"status": "5..|5xx"},
    {"status_code": "5..|5xx"},
    {"grpc_code": "Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded|Unimplemented"},
)


def requests(service: Service) -> Iterator[RecordingRule]:
    """Yield what the dashboard shows, by the service's own counters and histograms, if it has any metrics.

    What the service has none of is not recorded, and its panel is empty.
    """
    if service.metrics is None:
        return
    mine, labels = f'job="app",service="{service.name}"', {"service": service.name}
    counters, failures, histograms = _names(service.metrics, service.slo)
    rate = _first(f"sum(rate({name}{{{mine}}}[5m]))" for name in counters)
    failed = _first(f"sum({_any(name, mine, failures)})" for name in counters)
    yield RecordingRule(name=REQUESTS_RATE, expr=rate, labels=labels)
    # What has never failed has no series for it.
    yield RecordingRule(name=FAILED, expr=f"{failed} or 0 * ({rate})", labels=labels)
    for quantile in QUANTILES:
        buckets = (f"sum by (le) (rate({name}_bucket{{{mine}}}[5m]))" for name in histograms)
        expr = _first(f"histogram_quantile({quantile}, {bucket})" for bucket in buckets)
        yield RecordingRule(name=DURATION, expr=expr, labels=labels | {"quantile": str(quantile)})


def _names(metrics: Metrics, slo: Slo | None) -> tuple[Sequence[str], Sequence[Mapping[str, str]], Sequence[str]]:
    """Return the counters, the labels of failed requests and the histograms that are asked for, in order."""
    counter = metrics.requests or (slo.requests if slo else None)
    failed = metrics.failed or (slo.failed if slo and not metrics.requests else None)
    histogram = metrics.duration or (slo.latency.histogram if slo and slo.latency else None)
    return (
        (counter,) if counter else COUNTERS,
        (failed,) if failed else FAILURES,
        (histogram,) if histogram else HISTOGRAMS,
    )


def _first(expressions: Iterator[str]) -> str:
    """Return PromQL for the first that has an answer; none has labels but its quantile's."""
    return " or ".join(expressions)


def _any(counter: str, mine: str, failures: Sequence[Mapping[str, str]]) -> str:
    """Return PromQL for the series of a counter that one of the sets of labels matches, each series once."""
    matchers = (",".join(f'{label}=~"{values}"' for label, values in labels.items()) for labels in failures)
    return " or ".join(f"rate({counter}{{{mine},{matcher}}}[5m])" for matcher in matchers)
