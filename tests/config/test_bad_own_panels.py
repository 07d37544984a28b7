"""Panels and names of metrics in a service's file that nobody could draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.models.service.monitoring.own_panels import OwnPanel
from tests.config.bad_yaml import API, Bad, check
from tests.config.platform_files import added

PANEL = "panels: {{Orders that wait: {}}}\n"

CASES = [
    Bad(
        "no PromQL",
        added(API, PANEL.format('{expr: "sum(rate(orders_total[5m])"}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.expr: is no PromQL: unclosed left parenthesis
  value: "sum(rate(orders_total[5m])"
  allowed: text of 1 to 2000 characters
  fix: try it in Grafana, Explore, first
""",
    ),
    Bad(
        "a variable that nobody fills in",
        added(API, PANEL.format('{expr: "rate(orders_total[$interval])"}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.expr: is no PromQL: unexpected character inside brackets: '$'
  value: "rate(orders_total[$interval])"
  allowed: text of 1 to 2000 characters
  fix: try it in Grafana, Explore, first
""",
    ),
    Bad(
        "a range",
        added(API, PANEL.format('{expr: "orders_total[$__rate_interval]"}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.expr: is a range, which is not above or below anything
  value: "orders_total[$__rate_interval]"
  allowed: PromQL with a vector or a number
  fix: put it into a function: rate(...), max_over_time(...)
""",
    ),
    Bad(
        "a unit that there is not",
        added(API, PANEL.format('{expr: "orders_waiting", unit: ops}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.unit: is none of the choices
  value: ops
  allowed: count, per-second, per-minute, seconds, milliseconds, bytes, bytes-per-second, ratio, percent, euros, dollars
""",
    ),
    Bad(
        "a kind that there is not",
        added(API, PANEL.format('{expr: "orders_waiting", kind: graf}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.kind: is none of the choices
  value: graf
  allowed: graph, stacked, figure
  fix: did you mean `graph`?
""",
    ),
    Bad(
        "a legend with a template that is none",
        added(API, PANEL.format('{expr: "orders_waiting", legend: "{queue}"}')),
        """
service_configs/api.yaml:9: panels.Orders that wait.legend: has the wrong form
  value: "{queue}"
  allowed: text in which {{label}} stands for the value of a label, such as "{{queue}}"...
  fix: ...
""",
    ),
    Bad(
        "a title with a variable",
        added(API, 'panels: {"Orders of $shop": {expr: "orders_waiting"}}\n'),
        """
service_configs/api.yaml:9: panels.Orders of $shop: this name has the wrong form
  value: Orders of $shop
  allowed: one line of up to 60 characters without {, } and $
  fix: write "Orders-of-shop"
""",
    ),
    Bad(
        "a metric with a dash",
        added(API, "metrics: {requests: http-requests}\n"),
        """
service_configs/api.yaml:9: metrics.requests: has the wrong form
  value: http-requests
  allowed: the name of a metric: letters, digits and _, or null
  fix: write http_requests
""",
    ),
    Bad(
        "failures that are no regular expression",
        added(API, 'metrics: {failed: {code: "5[.."}}\n'),
        """
service_configs/api.yaml:9: metrics.failed.code: not a regular expression: ...
  value: "5[.."
  allowed: a regular expression such as 5.. or error|timeout
  fix: close its brackets, and let each of * + ? follow something
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_panel_that_cannot_be_drawn_is_one_clear_message(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


@pytest.mark.parametrize("interval", ["$__rate_interval", "${__rate_interval}", "$__interval", "$__range"])
def test_grafanas_durations_may_stand_in_an_expression(interval: str) -> None:
    assert OwnPanel(expr=f"sum(rate(orders_total[{interval}]))")
