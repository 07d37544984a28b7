"""The log of one service, wherever it is stored."""

from __future__ import annotations

from config.models.environment.central_logging import INFREQUENT, LOG_GROUP
from monitoring.dashboards.rendering.panel import Bars, Derived, Found, Lines, Row
from monitoring.dashboards.service.resources import ITS
from monitoring.explore import (
    ERRORS,
    ERRORS_IN_CLOUDWATCH,
    cloudwatch_query,
    explore_path,
    opensearch_levels,
    opensearch_query,
)
from monitoring.grafana import OPENSEARCH, logs_name

# Not of its own settings, which no dashboard knows (ADR 0011): the cluster is called as the environment, and the data
# source of a collection as its service.
FOLLOWS = (
    Derived(name="environment", label="cluster", of=f"ecs_task_metadata_info{ITS}", pattern=r"/([^\/]+)$/"),
    Found(name="logs", plugin=OPENSEARCH, pattern=f"/^{logs_name('${service}')}$/"),
)
SOURCE = "${logs}"
# In an address a name ends where its letters do: braces would be encoded with the rest.
SHOWN = {"start": "$__from", "end": "$__to", "safe": "$"}
LINES = 300


def in_cloudwatch(title: str, *, group: str, description: str, empty: str) -> Lines:
    """Return the panel of a log group, whose title leads to the errors in it."""
    return Lines(
        title=title,
        query=cloudwatch_query(
            f"fields @timestamp, @message | sort @timestamp desc | limit {LINES}",
            log_group=group.format(environment="${environment}", service="${service}"),
        ),
        link=explore_path(
            cloudwatch_query(
                ERRORS_IN_CLOUDWATCH, log_group=group.format(environment="$environment", service="$service")
            ),
            **SHOWN,
        ),
        description=description,
        empty=empty,
    )


LEVELS = {
    "FATAL": "severity_number:>=21",
    "ERROR": "severity_number:[17 TO 20]",
    "WARN": "severity_number:[13 TO 16]",
    "INFO": "severity_number:[9 TO 12]",
    "DEBUG": "severity_number:<9",
    "without a level": "NOT severity_number:*",
}
COLORS = {
    "FATAL": "purple",
    "ERROR": "red",
    "WARN": "orange",
    "INFO": "green",
    "DEBUG": "blue",
    "without a level": "text",
}
IN_OPENSEARCH = "A data source that is not found means that this service's log goes to CloudWatch, see below."
ELSEWHERE = "Nothing in this time, or this service's log goes to CloudWatch: see below"

LOG = Row(
    title="Log",
    panels=(
        Bars(
            title="Lines by level",
            query=opensearch_levels(LEVELS, source=SOURCE),
            colors=COLORS,
            description=IN_OPENSEARCH,
            empty=ELSEWHERE,
        ),
        Lines(
            title="Log, in OpenSearch",
            query=opensearch_query("*", source=SOURCE, lines=LINES),
            link=explore_path(opensearch_query(ERRORS, source="$logs"), **SHOWN),
            description=f"The newest {LINES}; a click on one shows its fields. {IN_OPENSEARCH}",
            empty=ELSEWHERE,
        ),
        in_cloudwatch(
            "Log, in CloudWatch",
            group=LOG_GROUP,
            description="All of it where `logs.destination` is cloudwatch and no other `logs.log_class` was chosen. "
            "With opensearch errors, which are copied there, and what the containers beside the service say. AWS bills "
            "each gigabyte that is read, at 0.005 $ or so.",
            empty="Nothing in this time: no errors, or no line at all; or it has a log class, see below",
        ),
        in_cloudwatch(
            "Log, in CloudWatch, of the class infrequent-access",
            group=LOG_GROUP + INFREQUENT,
            description="All of it where CloudWatch has it and `logs.log_class` is infrequent-access. A log group that "
            "is not found means that no class was chosen for this service. AWS bills each gigabyte that is read, at "
            "0.005 $ or so.",
            empty="Nothing in this time, or this service has no such log group: see above",
        ),
    ),
)
