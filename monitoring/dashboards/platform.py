"""The dashboard to look at first: whether anything is wrong, and with which service."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.edge import FAILED, OF_THE_LOAD_BALANCER, PASSED_ON, REFUSED, SERVED, of_a_minute
from monitoring.alerts.services import memory_share, processor_share
from monitoring.dashboards.cloudwatch import LATE
from monitoring.dashboards.firing import SERVICE_PAGE, count_of, firing_alerts
from monitoring.dashboards.load_balancer import ERRORS_BY_WHOM, REQUESTS_BY_SERVICE, latency
from monitoring.dashboards.rendering.panel import Color, Column, Dashboard, Row, Stat, Table, above
from monitoring.thresholds import ERROR_RATE, TASK_MEMORY, TASK_PROCESSOR

NOW = "count by (service) (ecs_task_metadata_info)"
# A service that has no task is shown with none for a day, and is then forgotten.
TASKS = f"{NOW} or 0 * count by (service) (present_over_time(ecs_task_metadata_info[1d]))"
ENDED = f"count by (service) (present_over_time(ecs_task_metadata_info[1h])) - ({TASKS})"
# A target group that has never seen an error has no series of them.
ERROR_SHARE = f"({FAILED} or 0 * {SERVED}) / ({SERVED} > 0)"
FAILED_BEHIND = f"sum {of_a_minute('httpcode_target_5_xx_count', OF_THE_LOAD_BALANCER)}"
ALL_REQUESTS = f"({PASSED_ON} + ({REFUSED} or vector(0)))"
ALL_ERRORS = f"(({FAILED_BEHIND} or vector(0)) + ({REFUSED} or vector(0)))"

ERRORS = above(ERROR_RATE)
SERVICES = Table(
    title="Services",
    labels={"service": "Service"},
    columns=(
        Column(title="Tasks", unit=units.Short, expr=TASKS, thresholds={0: Color.BAD, 1: Color.GOOD}),
        Column(
            title="Ended within 1 h",
            unit=units.Short,
            expr=f"clamp_min({ENDED}, 0)",
            thresholds={0: Color.PLAIN, 4: Color.WARNING},
        ),
        Column(
            title="Processor",
            unit=units.PercentUnit,
            expr=f"max by (service) ({processor_share()})",
            thresholds=above(TASK_PROCESSOR),
        ),
        Column(
            title="Memory",
            unit=units.PercentUnit,
            expr=f"max by (service) ({memory_share()})",
            thresholds=above(TASK_MEMORY),
        ),
        Column(title="Requests", unit=units.RequestsPerMinute, expr=SERVED),
        Column(title="5xx", unit=units.PercentUnit, expr=ERROR_SHARE, thresholds=ERRORS),
        Column(
            title="Not scraped",
            unit=units.Short,
            expr='sum by (service) (1 - up{job=~"app|ecs-exporter"})',
            thresholds={1: Color.WARNING},
        ),
    ),
    description="Processor and memory are those of the busiest task. Tasks that ended are replaced by a deploy, by "
    "scaling, or have died. Requests and 5xx are of the last quarter of an hour, at the load balancer. Not scraped: "
    "what does not answer Prometheus.",
    links={"service": SERVICE_PAGE},
    height=12,
)

PLATFORM = Dashboard(
    uid="platform",
    title="Platform",
    description="All services at a glance, what fires, and what comes in.",
    rows=(
        Row(
            title="Now",
            panels=(
                Stat(title="Critical alerts", unit=units.Short, expr=count_of("critical"), thresholds={1: Color.BAD}),
                Stat(title="Warnings", unit=units.Short, expr=count_of("warning"), thresholds={1: Color.WARNING}),
                Stat(
                    title="Services without a task",
                    unit=units.Short,
                    expr=f"count(({TASKS}) == 0) or vector(0)",
                    description="Of those that ran within a day: also what sleeps outside office hours.",
                    thresholds={1: Color.WARNING},
                ),
                Stat(
                    title="Tasks",
                    unit=units.Short,
                    expr="count(ecs_task_metadata_info)",
                    description="Running, those of the platform itself included.",
                ),
                Stat(
                    title="Requests",
                    unit=units.RequestsPerMinute,
                    expr=ALL_REQUESTS,
                    description=f"At the load balancer, over a quarter of an hour. {LATE}",
                ),
                Stat(
                    title="5xx",
                    unit=units.PercentUnit,
                    expr=f"{ALL_ERRORS} / ({ALL_REQUESTS} > 0)",
                    description="The services' and the load balancer's own, of all requests of a quarter of an hour.",
                    thresholds=ERRORS,
                    empty="no requests",
                ),
            ),
        ),
        Row(title="Alerts", panels=(firing_alerts(),)),
        Row(title="Services", panels=(SERVICES,)),
        Row(title="Load balancer", panels=(REQUESTS_BY_SERVICE, ERRORS_BY_WHOM, latency(OF_THE_LOAD_BALANCER))),
    ),
)
