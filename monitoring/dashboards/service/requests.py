"""Requests of one service: by its own metrics, and at the load balancer."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.alert import any_of
from monitoring.alerts.requests import DURATION, FAILED, HISTOGRAMS, REQUESTS_RATE
from monitoring.dashboards.cloudwatch import LATE, a_minute, highest, lowest
from monitoring.dashboards.load_balancer import REQUESTS, errors, latency
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries
from monitoring.dashboards.service.resources import ITS

NO_ROUTE = "The load balancer has no route to this service"
NOT_COUNTED = "It has no `metrics:`, or nothing with a name that is known: `metrics: {requests: …, duration: …}`"

# What is recorded has no exemplars, so the histograms themselves are asked for theirs. Of their samples only those of
# 1970 are asked for, and there are none: all buckets of all tasks would be read for a line that is there already.
EXEMPLARS = f'{{__name__=~"{any_of(f"{name}_bucket" for name in HISTOGRAMS)}",job="app",service="$service"}} @ 0'

OWN_REQUESTS = Row(
    title="Requests, by its own metrics",
    panels=(
        TimeSeries(
            title="Rate",
            unit=units.RequestsPerSecond,
            queries=(
                Query(expr=f"{REQUESTS_RATE}{ITS}", legend="requests"),
                Query(expr=f"{FAILED}{ITS}", legend="failed"),
            ),
            description="From outside and from other services, of all tasks together.",
            empty=NOT_COUNTED,
        ),
        TimeSeries(
            title="Errors",
            unit=units.PercentUnit,
            queries=(Query(expr=f"{FAILED}{ITS} / ({REQUESTS_RATE}{ITS} > 0)", legend="failed"),),
            description="The share of its requests that failed: 5xx, or what `failed:` says.",
            empty=NOT_COUNTED,
        ),
        TimeSeries(
            title="Duration",
            unit=units.Seconds,
            queries=(
                Query(expr=f"{DURATION}{ITS}", legend="quantile {{quantile}}"),
                Query(expr=EXEMPLARS, legend="traced", exemplars=True),
            ),
            description="As long as half, 95 and 99 of a hundred requests take at most, by its histogram's buckets. "
            "With `tracing:`, each dot is a request, and leads to its trace.",
            empty=NOT_COUNTED,
        ),
    ),
)

REQUEST_FIGURES = Row(
    title="Requests, at the load balancer",
    panels=(
        TimeSeries(
            title="Requests",
            unit=units.RequestsPerMinute,
            queries=(
                Query(expr=f"sum({a_minute(REQUESTS, ITS)})", legend="requests"),
                Query(expr=errors(ITS), legend="5xx"),
            ),
            description=LATE,
            empty=NO_ROUTE,
        ),
        TimeSeries(
            title="Share of 5xx",
            unit=units.PercentUnit,
            queries=(Query(expr=f"{errors(ITS)} / (sum({a_minute(REQUESTS, ITS)}) > 0)", legend="5xx"),),
            description=LATE,
            empty=NO_ROUTE,
        ),
        latency(ITS),
        TimeSeries(
            title="Tasks, as the load balancer sees them",
            unit=units.Short,
            queries=(
                Query(expr=f"min({lowest('applicationelb_healthy_host_count_minimum', ITS)})", legend="healthy"),
                Query(expr=f"max({highest('applicationelb_un_healthy_host_count_maximum', ITS)})", legend="unhealthy"),
            ),
            description=f"By `health_check`: the least and the most within a minute. {LATE}",
            empty=NO_ROUTE,
            width=12,
        ),
        TimeSeries(
            title="Connections that failed",
            unit=units.CountsPerMinute,
            queries=(
                Query(
                    expr=f"sum({a_minute('applicationelb_target_connection_error_count_sum', ITS)})",
                    legend="to its tasks",
                ),
            ),
            description=f"From the load balancer to a task. {LATE}",
            empty="None since there is a route, or there is none",
            width=12,
        ),
    ),
)
