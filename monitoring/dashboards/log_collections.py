"""The load of OpenSearch Serverless, and what AWS bills for it."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.dashboards.cloudwatch import LATE, a_minute, highest, mean
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries

NONE = "No log goes to OpenSearch"
STORED = "aoss_storage_used_in_s3_sum"


def _units(title: str, metric: str) -> TimeSeries:
    return TimeSeries(
        title=title,
        unit=units.Short,
        queries=(
            Query(expr=f"max({highest(f'aoss_{metric}_ocu_sum')})", legend="used"),
            Query(expr=f"logs:{metric}_ocu:max", legend="at most", is_limit=True),
        ),
        description="Of all log collections of the AWS account together. AWS bills each unit by the hour.",
        empty=NONE,
    )


COLLECTIONS = Row(
    title="OpenSearch",
    panels=(
        _units("Units for indexing", "indexing"),
        _units("Units for search", "search"),
        TimeSeries(
            title="Stored",
            unit=units.BytesIEC,
            queries=(Query(expr=f"sum by (service) ({highest(STORED)})", legend="{{service}}"),),
            description=f"In S3. {LATE}",
            stacked=True,
            empty=NONE,
        ),
        TimeSeries(
            title="Requests",
            unit=units.RequestsPerMinute,
            queries=tuple(
                Query(expr=f"sum({a_minute(f'aoss_{kind}_sum')})", legend=f"{kind}: {what}")
                for kind, what in {"2xx": "answered", "4xx": "refused", "5xx": "failed"}.items()
            ),
            description=f"Of all collections, reading and writing. A kind that has never occurred has no line. {LATE}",
            empty=NONE,
        ),
        TimeSeries(
            title="Not taken in",
            unit=units.CountsPerMinute,
            queries=(
                Query(
                    expr=f"sum by (service) ({a_minute('aoss_ingestion_request_errors_sum')})",
                    legend="{{service}}: requests",
                ),
                Query(
                    expr=f"sum by (service) ({a_minute('aoss_ingestion_document_errors_sum')})",
                    legend="{{service}}: single records",
                ),
            ),
            description=LATE,
            empty=NONE,
        ),
        TimeSeries(
            title="Latency",
            unit=units.Seconds,
            queries=(
                Query(expr=f"max({mean('aoss_ingestion_request_latency_average')})", legend="writing"),
                # Writing is measured in seconds, searching in milliseconds.
                Query(expr=f"max({mean('aoss_search_request_latency_average')}) / 1000", legend="searching"),
            ),
            description=f"Of the slowest collection. {LATE}",
            empty=NONE,
        ),
    ),
)
