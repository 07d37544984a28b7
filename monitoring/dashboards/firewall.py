"""Requests that the firewall refused, or would have refused if the rule did not merely count."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.dashboards.cloudwatch import LATE, a_minute
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries

BY_OWN_RULE, BY_MANAGED_RULE = "dimension_rule", "dimension_managed_rule_group_rule"


def _by(label: str, metric: str) -> Query:
    a_minute_of_each = a_minute(f"wafv2_{metric}_requests_sum", f'{{{label}!=""}}')
    return Query(expr=f"sum by ({label}) ({a_minute_of_each})", legend=f"{{{{{label}}}}}")


FIREWALL = Row(
    title="Firewall",
    panels=(
        TimeSeries(
            title="Counted",
            unit=units.RequestsPerMinute,
            queries=(_by(BY_MANAGED_RULE, "counted"),),
            description="Let pass, and refused if the rule did not merely count: `edge.waf`, `http.waf`. The requests "
            f"are in the log group aws-waf-logs-<environment>-edge. {LATE}",
            empty="No rule has counted a request",
            width=12,
        ),
        TimeSeries(
            title="Refused",
            unit=units.RequestsPerMinute,
            queries=(_by(BY_MANAGED_RULE, "blocked"), _by(BY_OWN_RULE, "blocked")),
            description="By rule: of AWS' groups, the limit of requests, and what counts for some hosts and is refused "
            f"for the others. {LATE}",
            empty="No request was refused",
            width=12,
        ),
    ),
)
