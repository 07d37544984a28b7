"""Requests at the load balancer: of all services, of one, or of the load balancer itself."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.edge import OF_A_SERVICE, OF_THE_LOAD_BALANCER
from monitoring.dashboards.cloudwatch import LATE, a_minute, highest, mean
from monitoring.dashboards.rendering.panel import Query, TimeSeries

OWN = OF_THE_LOAD_BALANCER
REQUESTS = "applicationelb_request_count_sum"
REFUSED = "applicationelb_httpcode_elb_5_xx_count_sum"
FAILED = "applicationelb_httpcode_target_5_xx_count_sum"


def latency(of: str) -> TimeSeries:
    """Return the latency of what `of` selects: one service's target group, or the load balancer with all of them."""
    return TimeSeries(
        title="Latency",
        unit=units.Seconds,
        queries=(
            Query(expr=f"max({mean('applicationelb_target_response_time_average', of)})", legend="mean"),
            Query(expr=f"max({highest('applicationelb_target_response_time_p99', of)})", legend="p99"),
        ),
        description=f"Until a task begins to answer. {LATE}",
    )


def errors(of: str) -> str:
    """5xx a minute, zero where there are requests and there has never been an error."""
    return f"(sum({a_minute(FAILED, of)}) or 0 * sum({a_minute(REQUESTS, of)}))"


REQUESTS_BY_SERVICE = TimeSeries(
    title="Requests by service",
    unit=units.RequestsPerMinute,
    queries=(Query(expr=f"sum by (service) ({a_minute(REQUESTS, OF_A_SERVICE)})", legend="{{service}}"),),
    description=LATE,
    stacked=True,
)
ERRORS_BY_WHOM = TimeSeries(
    title="Errors",
    unit=units.RequestsPerMinute,
    queries=(
        Query(expr=f"sum by (service) ({a_minute(FAILED, OF_A_SERVICE)})", legend="{{service}}"),
        Query(expr=f"sum({a_minute(REFUSED, OWN)})", legend="load balancer"),
    ),
    description=f"Answers with 5xx, by who gave them: a service, or the load balancer, which had nobody to ask. {LATE}",
    stacked=True,
)
