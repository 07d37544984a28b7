"""A service's objective (`slo:`) and how it is kept."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.slos import BUDGET, FAILURES, REQUESTS, share
from monitoring.dashboards.rendering.panel import Query, Row, Stat, TimeSeries, above
from monitoring.thresholds import ERROR_BUDGET_USED

NONE = "It has no `slo:`"


def promise(of: str) -> Row:
    """`of` selects the service."""
    allowed = Query(expr=f"{BUDGET}{of}", legend="allowed in thirty days", is_limit=True)
    failed = f"sum_over_time({FAILURES}{of}[30d]) / (sum_over_time({REQUESTS}{of}[30d]) > 0)"
    return Row(
        title="Promise",
        panels=(
            Stat(
                title="Promised",
                unit=units.PercentUnit,
                expr=f"1 - {BUDGET}{of}",
                description="`availability_percent`: the share of requests that must succeed.",
                empty=NONE,
                width=6,
                height=7,
            ),
            Stat(
                title="Error budget used",
                unit=units.PercentUnit,
                expr=f"{failed} / {BUDGET}{of}",
                description="Of what may fail in thirty days, or in as many as Prometheus keeps.",
                thresholds=above(ERROR_BUDGET_USED),
                empty=NONE,
                width=6,
                height=7,
            ),
            TimeSeries(
                title="Failed requests",
                unit=units.PercentUnit,
                queries=(
                    Query(expr=f"{share('5m')}{of}", legend="five minutes"),
                    Query(expr=f"{share('1h')}{of}", legend="an hour"),
                    allowed,
                ),
                description="By its own counters. Alerts ring when it is far above the line, or above it for long.",
                empty=NONE,
                width=12,
            ),
        ),
    )
