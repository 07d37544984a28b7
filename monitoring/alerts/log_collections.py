"""Alerts about OpenSearch Serverless, from CloudWatch: gauges of five minutes' sum, some minutes late.

https://docs.aws.amazon.com/opensearch-service/latest/developerguide/monitoring-cloudwatch.html
"""

from __future__ import annotations

from config.models.environment.central_logging import CentralLogging
from monitoring.alerts.alert import Alert, Severity
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.thresholds import LOG_COMPUTE_UNITS

# The fewest compute units there are, 1 of at least 2, are below that.
NEAR = LOG_COMPUTE_UNITS.warning


def of_a_minute(metric: str) -> str:
    """Return the mean of a quarter of an hour, by service."""
    return f"sum by (service) (avg_over_time(aws_aoss_{metric}_sum[15m])) / {EVENT_MINUTES}"


def share_of(failed: str, *others: str) -> str:
    """`failed` among all; what has never occurred has no series, and counts as none."""
    wrong = of_a_minute(failed)
    rest = " + ".join(f"({of_a_minute(other)} or 0 * {wrong})" for other in others)
    return f"({wrong}) / ({wrong} + {rest} > 0)"


def log_collections(limits: CentralLogging) -> tuple[Alert, ...]:
    """Build the alerts of every collection, and of the compute units that all of an account share."""
    used = {"indexing": limits.max_indexing_ocu, "search": limits.max_search_ocu}
    near = " or ".join(
        f'label_replace(max(aws_aoss_{units}_ocu_sum) / {most} >= {NEAR}, "units", "{units}", "", "")'
        for units, most in used.items()
    )
    return (
        Alert(
            name="LogCollectionRefuses",
            expr=f"{share_of('4xx', '2xx', '5xx')} > 0.05 and {of_a_minute('4xx')} > 1",
            for_="15m",
            severity=Severity.WARNING,
            summary="OpenSearch refuses {{ $value | humanizePercentage }} of all requests for the log of "
            "{{ $labels.service }}",
            description="4xx, over a quarter of an hour: a right is wanting, a query is wrong, or there are too many.",
        ),
        Alert(
            name="LogCollectionFails",
            expr=f"{share_of('5xx', '2xx', '4xx')} > 0.01 and {of_a_minute('5xx')} > 0.5",
            for_="15m",
            severity=Severity.WARNING,
            summary="OpenSearch fails {{ $value | humanizePercentage }} of all requests for the log of "
            "{{ $labels.service }}",
            description="5xx, over a quarter of an hour.",
        ),
        Alert(
            name="LogIngestionFails",
            expr=f"{share_of('ingestion_request_errors', 'ingestion_request_success')} > 0.05"
            f" and {of_a_minute('ingestion_request_errors')} > 1",
            for_="15m",
            severity=Severity.WARNING,
            summary="OpenSearch does not take {{ $value | humanizePercentage }} of what log routers of "
            "{{ $labels.service }} send",
            description="Whole requests, over a quarter of an hour. The routers send them again.",
        ),
        Alert(
            name="LogDocumentsRefused",
            expr=f"{of_a_minute('ingestion_document_errors')} > 0",
            for_="10m",
            severity=Severity.WARNING,
            summary="OpenSearch refuses single log records of {{ $labels.service }}",
            description="{{ $value | humanize }} a minute: most likely a field has another type than before.",
        ),
        Alert(
            name="LogCapacityNearlyUsed",
            expr=near,
            for_="15m",
            severity=Severity.WARNING,
            summary="OpenSearch uses {{ $value | humanizePercentage }} of the compute units for {{ $labels.units }} "
            "that it may",
            description="All log collections of the account share them. At the ceiling it answers slowly, or with 429.",
        ),
    )
