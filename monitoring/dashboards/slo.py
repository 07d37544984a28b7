"""Promises (`slo:`): those of one service, and a page with those of all."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.slos import AVAILABILITY, BUDGET, FAILURES, LATENCY, REQUESTS, share
from monitoring.dashboards.firing import SERVICE_PAGE
from monitoring.dashboards.rendering.panel import Column, Dashboard, Query, Row, Stat, Table, TimeSeries, above
from monitoring.thresholds import BUDGET_BURN, ERROR_BUDGET_USED

EMPTY = {AVAILABILITY: "It has no `slo:`", LATENCY: "Its `slo:` has no `latency:`"}
HELD = {
    AVAILABILITY: "`availability_percent`: the share of requests that must succeed.",
    LATENCY: "`latency.percent`: the share of requests that must be answered within `below_ms`.",
}
MONTH = "Of what it may fail in thirty days, or in as many as Prometheus keeps."


def promise(slo: str, title: str) -> Row:
    """Return the panels of one promise of the service that is chosen above."""
    of = f'{{service="$service",slo="{slo}"}}'
    return Row(
        title=title,
        panels=(
            Stat(
                title="Promised",
                unit=units.PercentUnit,
                expr=f"1 - {BUDGET}{of}",
                description=HELD[slo],
                empty=EMPTY[slo],
                width=6,
                height=7,
            ),
            Stat(
                title="Error budget used",
                unit=units.PercentUnit,
                expr=_used(of),
                description=MONTH,
                thresholds=above(ERROR_BUDGET_USED),
                empty=EMPTY[slo],
                width=6,
                height=7,
            ),
            TimeSeries(
                title="Failed requests" if slo == AVAILABILITY else "Slow requests",
                unit=units.PercentUnit,
                queries=(
                    Query(expr=f"{share('5m')}{of}", legend="five minutes"),
                    Query(expr=f"{share('1h')}{of}", legend="an hour"),
                    Query(expr=f"{BUDGET}{of}", legend="allowed in thirty days", is_limit=True),
                ),
                description="By its own metrics. Alerts ring when it is far above the line, or above it for long.",
                empty=EMPTY[slo],
                width=12,
            ),
        ),
    )


def _used(of: str) -> str:
    """Return the share of the month's error budget that is used."""
    return f"sum_over_time({FAILURES}{of}[30d]) / (sum_over_time({REQUESTS}{of}[30d]) > 0) / {BUDGET}{of}"


def _all(slo: str, title: str) -> Row:
    of = f'{{slo="{slo}"}}'
    used = _used(of)
    return Row(
        title=title,
        panels=(
            Table(
                title="Services",
                labels={"service": "Service"},
                columns=(
                    Column(title="Promised", unit=units.PercentUnit, expr=f"1 - {BUDGET}{of}"),
                    Column(title="Budget used", unit=units.PercentUnit, expr=used, thresholds=above(ERROR_BUDGET_USED)),
                    Column(title="Budget left", unit=units.PercentUnit, expr=f"1 - {used}"),
                    *(
                        Column(
                            title=f"Burn rate, {window}",
                            unit=units.Short,
                            expr=f"{share(window)}{of} / {BUDGET}{of}",
                            thresholds=above(BUDGET_BURN),
                        )
                        for window in ("1h", "6h", "3d")
                    ),
                ),
                description=f"{HELD[slo]} {MONTH} A burn rate of 1 uses the budget up in exactly thirty days.",
                links={"service": SERVICE_PAGE},
                empty=f"No service promises it: {EMPTY[slo]}",
                width=12,
                height=10,
            ),
            TimeSeries(
                title="Burn rate, 1h",
                unit=units.Short,
                queries=(Query(expr=f"{share('1h')}{of} / {BUDGET}{of}", legend="{{service}}"),),
                description="How many times faster than allowed the budget is used up.",
                empty=EMPTY[slo],
                width=12,
            ),
        ),
    )


SLO_DASHBOARD = Dashboard(
    uid="slo",
    title="Promises",
    description="What each service promises (`slo:`), and how much of its error budget is left.",
    rows=(_all(AVAILABILITY, "Requests that succeed"), _all(LATENCY, "Requests that are fast")),
    hours=24,
)
