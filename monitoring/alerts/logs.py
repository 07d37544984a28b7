"""Alerts about logs on their way to OpenSearch: from the log router beside every task, and from CloudWatch.

What Fluent Bit 5.0 counts: https://docs.fluentbit.io/manual/administration/monitoring
"""

from __future__ import annotations

from config.loader.platform import Deployment
from config.models.environment.platform_service import FLUENT_BIT
from monitoring.alerts.alert import Alert, RecordingRule, RuleGroup, Severity
from monitoring.alerts.log_collections import log_collections
from monitoring.thresholds import LOG_BUFFER_FREE_PERCENT

TO_OPENSEARCH = '{name="opensearch"}'
"""The router's way to the collection; its other one takes copies of errors to CloudWatch."""
FROM_THE_SERVICE = '{name=~"forward.*"}'
"""What FireLens hands over. The router has inputs of its own beside that."""
RECORDS = "logs:records:increase1h"
FEWEST_RECORDS = 10
"""In each hour of a day, for an hour without one to be strange: many a healthy service has nothing to say."""


def increase(counter: str, within: str) -> str:
    """Return the increase of a counter towards OpenSearch, by service."""
    return f"sum by (service) (increase(fluentbit_output_{counter}_total{TO_OPENSEARCH}[{within}]))"


ROUTERS = (
    Alert(
        name="LogsDropped",
        expr=f"{increase('dropped_records', '10m')} > 0",
        for_="1m",
        severity=Severity.WARNING,
        summary="Log lines of {{ $labels.service }} are lost",
        description="{{ $value | humanize }} within ten minutes: OpenSearch has refused them too often, or they had to "
        "wait for too long.",
    ),
    Alert(
        name="LogsNotDelivered",
        expr=f"{increase('retried_records', '10m')} > 0 unless {increase('proc_records', '10m')} > 0",
        for_="5m",
        severity=Severity.WARNING,
        summary="No log line of {{ $labels.service }} reaches OpenSearch",
        description="Its log routers try again and again, and keep the lines on their tasks' disks meanwhile.",
    ),
    Alert(
        name="LogsRetried",
        expr=f"{increase('retried_records', '30m')} / ({increase('retried_records', '30m')}"
        f" + ({increase('proc_records', '30m')} > 0)) > 0.1",
        for_="15m",
        severity=Severity.WARNING,
        summary="{{ $value | humanizePercentage }} of the log lines of {{ $labels.service }} need another try",
        description="OpenSearch takes some at once and others not.",
    ),
    Alert(
        name="LogInputPaused",
        expr=f"max by (service) (fluentbit_input_ingestion_paused{FROM_THE_SERVICE}) > 0",
        for_="2m",
        severity=Severity.WARNING,
        summary="A log router of {{ $labels.service }} takes in no lines",
        description="It has no room for them. What its task writes meanwhile is lost.",
    ),
    Alert(
        name="LogBufferNearlyFull",
        expr=f"min by (service) (fluentbit_output_chunk_available_capacity_percent{TO_OPENSEARCH})"
        f" < {LOG_BUFFER_FREE_PERCENT.critical}",
        for_="5m",
        severity=Severity.WARNING,
        summary='A task of {{ $labels.service }} has {{ $value | printf "%.0f" }} % of its room for log lines left',
        description="They wait on its disk for OpenSearch. When the room is full, the oldest are dropped.",
    ),
    Alert(
        name="LogsSilent",
        # As a service that has spoken in every hour of a day, and only while a task of it runs.
        expr=f"{RECORDS} == 0 and min_over_time({RECORDS}[1d] offset 1h) > {FEWEST_RECORDS}"
        f" and {RECORDS} offset 25h > {FEWEST_RECORDS}",
        for_="15m",
        severity=Severity.WARNING,
        summary="{{ $labels.service }} has written no log line for an hour",
        description="Its tasks run, and in every hour of the day before it wrote some.",
    ),
    Alert(
        name="LogRouterDown",
        expr=f'count by (service) (up{{job="{FLUENT_BIT}"}} == 0) > 0',
        for_="10m",
        severity=Severity.WARNING,
        summary="{{ $value }} log routers of {{ $labels.service }} do not answer",
        description="The tasks run on, and what they write is lost once the log driver's buffer is full.",
    ),
    Alert(
        name="LogRouterRestarts",
        expr=f'sum by (service) (increase(ecs_container_restarts_total{{container_name="{FLUENT_BIT}"}}[1h])) > 3',
        for_="5m",
        severity=Severity.WARNING,
        summary="Log routers of {{ $labels.service }} keep dying",
        description="{{ $value | humanize }} times within an hour; ECS starts them anew, beside a task that runs on.",
    ),
)


def logs(deployment: Deployment) -> RuleGroup:
    """No alert at all where no log goes to OpenSearch; of routers none where only jobs have one, which end too soon."""
    services = deployment.searched
    if not services:
        return RuleGroup(name="logs", alerts=())
    limits = deployment.environment.logging
    recordings = [
        RecordingRule(name=f"logs:{units}_ocu:max", expr=f"vector({most})")
        for units, most in (("indexing", limits.max_indexing_ocu), ("search", limits.max_search_ocu))
    ]
    collections = log_collections(limits)
    if not any(service.kind.keeps_running for service in services):
        return RuleGroup(name="logs", alerts=collections, recordings=tuple(recordings))
    taken_in = f"sum by (service) (increase(fluentbit_input_records_total{FROM_THE_SERVICE}[1h]))"
    recordings.append(RecordingRule(name=RECORDS, expr=taken_in))
    return RuleGroup(name="logs", alerts=(*ROUTERS, *collections), recordings=tuple(recordings))
