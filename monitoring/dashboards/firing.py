"""Firing alerts: a table, as Prometheus knows them. Silences are known to Alertmanager alone."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.dashboards.rendering.panel import Color, Column, Table

# What an alert is about besides a service, in one column. A label that alerts have and that is not among them is not
# shown, and a line stands for all alerts that differ in nothing else.
ABOUT = (
    "job",
    "integration",
    "alertmanager",
    "rule_group",
    "mechanism",
    "api_name",
    "dimension_nat_gateway_id",
    "units",
    "queue",
    "schema",
    "table",
    "instance",
    "slo",
)
SERVICE_PAGE = "/d/service?var-service=${__value.raw}&${__url_time_range}"


def firing_alerts(of: str = "") -> Table:
    """`of` is a label matcher, such as service="orders"."""
    matchers = ", ".join(filter(None, ['alertstate="firing"', of]))
    since = f"ALERTS_FOR_STATE * 1000 and ignoring (alertstate) ALERTS{{{matchers}}}"
    about = ", ".join(f'"{label}"' for label in ABOUT)
    joined = f'label_replace(label_join({since}, "about", " ", {about}), "about", "$1", "about", " *(.*?) *")'
    return Table(
        title="Firing alerts",
        labels={"severity": "Severity", "alertname": "Alert", "service": "Service", "about": "About"},
        columns=(
            Column(
                title="Since",
                unit=units.DateTimeFromNow,
                expr=f"min by (severity, alertname, service, about) ({joined})",
            ),
        ),
        description="Silenced ones too: Prometheus does not know of silences. docs/runbooks has a section on each.",
        links={"service": SERVICE_PAGE},
        colors={"critical": Color.BAD, "warning": Color.WARNING},
        empty="No alert fires",
        height=6,
    )


def count_of(severity: str, of: str = "") -> str:
    """Return the PromQL for the number of firing alerts."""
    matchers = ", ".join(filter(None, ['alertstate="firing"', f'severity="{severity}"', of]))
    return f"count(ALERTS{{{matchers}}}) or vector(0)"
