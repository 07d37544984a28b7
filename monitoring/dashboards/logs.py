"""Logs on their way to OpenSearch: of every service side by side, and what OpenSearch has to do."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from config.models.environment.platform_service import FLUENT_BIT
from monitoring.alerts.logs import FROM_THE_SERVICE, TO_OPENSEARCH
from monitoring.alerts.services import memory_used
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.dashboards.cloudwatch import LATE
from monitoring.dashboards.firing import SERVICE_PAGE
from monitoring.dashboards.log_collections import COLLECTIONS, NONE, STORED
from monitoring.dashboards.rendering.panel import Color, Column, Dashboard, Query, Row, Stat, Table, TimeSeries, below
from monitoring.thresholds import LOG_BUFFER_FREE_PERCENT

WITHIN = "$__rate_interval"
TAKEN_IN = f"fluentbit_input_records_total{FROM_THE_SERVICE}"
BYTES_IN = f"fluentbit_input_bytes_total{FROM_THE_SERVICE}"
ROOM = f"fluentbit_output_chunk_available_capacity_percent{TO_OPENSEARCH}"
ROUTER = f'{{container_name="{FLUENT_BIT}"}}'


def _out(counter: str) -> str:
    return f"fluentbit_output_{counter}_total{TO_OPENSEARCH}"


def _of_services(title: str, unit: str, expr: str, description: str = "", *, stacked: bool = False) -> TimeSeries:
    queries = (Query(expr=expr, legend="{{service}}"),)
    return TimeSeries(
        title=title, unit=unit, queries=queries, description=description, stacked=stacked, empty=NONE, width=6
    )


def _a_second(series: str) -> str:
    return f"sum by (service) (rate({series}[{WITHIN}]))"


NOW = Row(
    title="Now",
    panels=(
        Stat(title="Lines", unit=units.CountsPerSecond, expr=f"sum(rate({TAKEN_IN}[5m]))", empty=NONE),
        Stat(title="Volume", unit=units.BytesPerSecondSI, expr=f"sum(rate({BYTES_IN}[5m]))", empty=NONE),
        Stat(
            title="Lost within the hour",
            unit=units.Short,
            expr=f"sum(increase({_out('dropped_records')}[1h]))",
            thresholds={1: Color.BAD},
            empty=NONE,
        ),
        Stat(
            title="Least room left",
            unit=units.Percent,
            expr=f"min({ROOM})",
            description="Of what a log router may keep on its task's disk while OpenSearch is away.",
            thresholds=below(LOG_BUFFER_FREE_PERCENT),
            empty=NONE,
        ),
        Stat(
            title="Indexing units",
            unit=units.Short,
            expr="max(aws_aoss_indexing_ocu_sum)",
            description=LATE,
            empty=NONE,
        ),
        Stat(title="Search units", unit=units.Short, expr="max(aws_aoss_search_ocu_sum)", description=LATE, empty=NONE),
    ),
)

SERVICES = Table(
    title="Services",
    labels={"service": "Service"},
    columns=(
        Column(title="Lines", unit=units.CountsPerSecond, expr=f"sum by (service) (rate({TAKEN_IN}[5m]))"),
        Column(title="Volume", unit=units.BytesPerSecondSI, expr=f"sum by (service) (rate({BYTES_IN}[5m]))"),
        Column(
            title="Delivered", unit=units.CountsPerSecond, expr=f"sum by (service) (rate({_out('proc_records')}[5m]))"
        ),
        Column(
            title="Sent again",
            unit=units.CountsPerSecond,
            expr=f"sum by (service) (rate({_out('retried_records')}[5m]))",
        ),
        Column(
            title="Lost within 1 h",
            unit=units.Short,
            expr=f"sum by (service) (increase({_out('dropped_records')}[1h]))",
            thresholds={0: Color.PLAIN, 1: Color.BAD},
        ),
        Column(
            title="Room left",
            unit=units.Percent,
            expr=f"min by (service) ({ROOM})",
            thresholds=below(LOG_BUFFER_FREE_PERCENT),
        ),
        Column(title="Stored", unit=units.BytesIEC, expr=f"sum by (service) (aws_{STORED})"),
    ),
    description="Of the last five minutes, where not said otherwise. Delivered may be less than lines: empty ones and "
    "health checks are left out, and those of a stack trace become one. Room left is that of the fullest task.",
    links={"service": SERVICE_PAGE},
    empty=NONE,
    height=10,
)

ROUTERS = Row(
    title="Log routers",
    panels=(
        _of_services("Lines", units.CountsPerSecond, _a_second(TAKEN_IN), "Taken in.", stacked=True),
        _of_services("Volume", units.BytesPerSecondSI, _a_second(BYTES_IN), "Taken in.", stacked=True),
        _of_services("Delivered", units.CountsPerSecond, _a_second(_out("proc_records")), stacked=True),
        _of_services("Volume delivered", units.BytesPerSecondSI, _a_second(_out("proc_bytes")), stacked=True),
        _of_services(
            "Sent again",
            units.CountsPerSecond,
            _a_second(_out("retried_records")),
            "What OpenSearch has not taken. It waits on the task's disk meanwhile.",
        ),
        _of_services(
            "Lost",
            units.Short,
            f"sum by (service) (increase({_out('dropped_records')}[{WITHIN}]))",
            "Refused too often, or pushed out by newer lines.",
        ),
        _of_services("Room left", units.Percent, f"min by (service) ({ROOM})", "In the fullest task."),
        _of_services(
            "Memory",
            units.BytesIEC,
            f"max by (service) ({memory_used(ROUTER)})",
            "In the task where it is most. At 128 MiB a router is killed, and started anew.",
        ),
    ),
)

LOGS = Dashboard(
    uid="logs",
    title="Logs",
    description=f"What services write, on its way to OpenSearch. Of {EVENT_MINUTES} minutes where CloudWatch counts.",
    rows=(NOW, Row(title="Services", panels=(SERVICES,)), ROUTERS, COLLECTIONS),
)
