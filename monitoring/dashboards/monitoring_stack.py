"""Health of Alertmanager and of the CloudWatch exporter, and the exporter's cost."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.dashboards.own_metrics import by, graph, increase
from monitoring.dashboards.rendering.panel import Row, Stat

# GetMetricData, by figure asked for, in most regions: https://aws.amazon.com/cloudwatch/pricing
DOLLARS_A_FIGURE = 0.01 / 1000
ASKED = "yace_cloudwatch_getmetricdata_metrics_requested_total"


ALERTMANAGER = Row(
    title="Alertmanager",
    panels=(
        by("state", "Alerts", units.Short, "sum by (state) (alertmanager_alerts{})", "Suppressed ones are silenced."),
        graph(
            "Notifications",
            units.Short,
            "To SNS. One that failed is sent again; most likely a right is wanting.",
            sent=f"sum({increase('alertmanager_notifications_total', '')})",
            failed=f"sum({increase('alertmanager_notifications_failed_total', '')})",
        ),
        by("state", "Silences", units.Short, "sum by (state) (alertmanager_silences{})"),
    ),
)

CLOUDWATCH = Row(
    title="CloudWatch exporter",
    panels=(
        Stat(
            title="Billed for 30 days",
            unit=units.Dollars,
            expr=f"sum(increase({ASKED}[1d])) * 30 * {DOLLARS_A_FIGURE:f}",
            description="At the rate of the last day, at 0.01 $ for a thousand figures, which is what AWS asks in most "
            "regions.",
            width=6,
            height=7,
        ),
        graph(
            "Figures asked for",
            units.CountsPerMinute,
            "AWS bills each, whether it has a value or not. monitoring/cloudwatch_exporter.py says which.",
            figures=f"sum(rate({ASKED}[15m])) * 60",
            width=6,
        ),
        by(
            "api_name",
            "Requests that failed",
            units.Short,
            "sum by (api_name) (increase(yace_cloudwatch_request_errors[15m]))",
            "Within a quarter of an hour: for want of a right, or too many at once.",
            width=6,
        ),
        by(
            "api_name",
            "Requests",
            units.CountsPerMinute,
            "sum by (api_name) (rate(yace_cloudwatch_requests_total[15m])) * 60",
            width=6,
        ),
    ),
)
