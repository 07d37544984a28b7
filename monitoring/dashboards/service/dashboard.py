"""One service, chosen above: its alerts lead here."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.services import memory_share, processor_share
from monitoring.alerts.slos import AVAILABILITY, LATENCY
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.dashboards.cloudwatch import LATE, database_panels
from monitoring.dashboards.firing import count_of, firing_alerts
from monitoring.dashboards.load_balancer import REQUESTS
from monitoring.dashboards.rendering.panel import (
    Annotation,
    Color,
    Column,
    Dashboard,
    Query,
    Row,
    Stat,
    Table,
    TimeSeries,
    above,
)
from monitoring.dashboards.service.log import FOLLOWS, LOG
from monitoring.dashboards.service.postgres import INSIDE
from monitoring.dashboards.service.requests import OWN_REQUESTS, REQUEST_FIGURES
from monitoring.dashboards.service.resources import ITS, RESOURCES, SCRAPING, SERVICE, WITHIN
from monitoring.dashboards.slo import promise
from monitoring.thresholds import TASK_MEMORY, TASK_PROCESSOR

INFO = f"ecs_task_metadata_info{ITS}"
PULLED = f"1000 * ecs_task_image_pull_stop_timestamp_seconds{ITS} * on (service, task_ip) group_right () {INFO}"
PROCESSOR, MEMORY = processor_share(ITS), memory_share(ITS)

NOW = Row(
    title="$service now",
    panels=(
        Stat(title="Tasks", unit=units.Short, expr=f"count({INFO})", empty="none"),
        Stat(
            title="Busiest processor",
            unit=units.PercentUnit,
            expr=f"max({PROCESSOR})",
            thresholds=above(TASK_PROCESSOR),
        ),
        Stat(title="Fullest memory", unit=units.PercentUnit, expr=f"max({MEMORY})", thresholds=above(TASK_MEMORY)),
        Stat(
            title="Requests",
            unit=units.RequestsPerMinute,
            expr=f"sum(aws_{REQUESTS}{ITS}) / {EVENT_MINUTES}",
            description=LATE,
            empty="no route",
        ),
        Stat(title="Critical alerts", unit=units.Short, expr=count_of("critical", SERVICE), thresholds={1: Color.BAD}),
        Stat(title="Warnings", unit=units.Short, expr=count_of("warning", SERVICE), thresholds={1: Color.WARNING}),
        firing_alerts(SERVICE),
    ),
)

TASKS = Row(
    title="Tasks",
    panels=(
        TimeSeries(
            title="By revision",
            unit=units.Short,
            queries=(Query(expr=f"count by (revision) ({INFO})", legend="revision {{revision}}"),),
            description="Of the task definition. Two at once are a deploy on its way. In every graph a mark shows when "
            "the first task of a new revision ran.",
            stacked=True,
            width=6,
        ),
        TimeSeries(
            title="By zone",
            unit=units.Short,
            queries=(Query(expr=f"count by (availability_zone) ({INFO})", legend="{{availability_zone}}"),),
            stacked=True,
            width=6,
        ),
        TimeSeries(
            title="Ended within the hour",
            unit=units.Short,
            queries=(
                Query(expr=f"count(present_over_time({INFO}[1h])) - (count({INFO}) or vector(0))", legend="tasks"),
            ),
            description="Replaced by a deploy, gone with less traffic, or dead: the ECS service's events say which.",
            width=6,
        ),
        TimeSeries(
            title="Restarts of containers",
            unit=units.Short,
            queries=(
                Query(
                    expr=f"sum by (container_name) (increase(ecs_container_restarts_total{ITS}[{WITHIN}]))",
                    legend="{{container_name}}",
                ),
            ),
            description="Within a task that goes on: of containers that have a restart policy, such as ecs-exporter. "
            "When another container ends, its task ends.",
            empty="None has a restart policy that tells",
            width=6,
        ),
        Table(
            title="Running now",
            labels={
                "task_ip": "Address",
                "revision": "Revision",
                "availability_zone": "Zone",
                "launch_type": "Runs on",
                "known_status": "Status",
                "task": "Task",
            },
            columns=(
                Column(
                    title="Image pulled",
                    unit=units.DateTimeFromNow,
                    expr=f'label_replace({PULLED}, "task", "$1", "task_arn", ".*/(.*)")',
                ),
                Column(title="Processor", unit=units.PercentUnit, expr=PROCESSOR, thresholds=above(TASK_PROCESSOR)),
                Column(title="Memory", unit=units.PercentUnit, expr=MEMORY, thresholds=above(TASK_MEMORY)),
            ),
            description="Which task has the address that the graphs name.",
        ),
    ),
)

SERVICE_DASHBOARD = Dashboard(
    uid="service",
    title="Service",
    description="One service: its tasks, what they use, its requests, its log, its database.",
    rows=(
        NOW,
        promise(AVAILABILITY, "Promise: requests that succeed"),
        promise(LATENCY, "Promise: requests that are fast"),
        TASKS,
        RESOURCES,
        OWN_REQUESTS,
        REQUEST_FIGURES,
        LOG,
        Row(title="Database", panels=database_panels(ITS, "", empty="This service has no database")),
        INSIDE,
        SCRAPING,
    ),
    chosen={"service": "ecs_task_metadata_info"},
    derived=FOLLOWS,
    annotations=(
        Annotation(
            title="Deploys",
            expr=f"count by (revision) ({INFO}) unless count by (revision) ({INFO} offset 5m)",
            text="revision {{revision}}",
        ),
    ),
)
