"""Alerts in a service's file that Prometheus would refuse, or that would be taken for others."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from config.models.service.monitoring.re2 import re2_error
from tests.config.bad_yaml import API, Bad, check
from tests.config.platform_files import added

ALERT = "alerts: {{OrdersStuck: {}}}\n"

CASES = [
    Bad(
        "no PromQL",
        added(API, ALERT.format('{expr: "sum(rate(orders_total[5m]) > 1", summary: slow}')),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.expr: is no PromQL: unclosed left parenthesis
  value: "sum(rate(orders_total[5m]) > 1"
  allowed: text of 1 to 2000 characters
  fix: try it in Grafana, Explore, first
""",
    ),
    Bad(
        "a function that there is not",
        added(API, ALERT.format('{expr: "averge(orders_waiting) > 1", summary: slow}')),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.expr: is no PromQL: unknown function with name 'averge'
  value: "averge(orders_waiting) > 1"
  allowed: text of 1 to 2000 characters
  fix: try it in Grafana, Explore, first
""",
    ),
    Bad(
        "a regular expression that RE2 does not know",
        added(API, ALERT.format("{expr: 'orders_waiting{kind=~\"(?=new)\"} > 1', summary: slow}")),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.expr: is no PromQL: illegal regex for (?=new)
  value: "orders_waiting{kind=~\\"(?=new)\\"} > 1"
  allowed: text of 1 to 2000 characters
  fix: try it in Grafana, Explore, first
""",
    ),
    Bad(
        "a regular expression that the parser takes and RE2 does not",
        added(API, ALERT.format("{expr: 'sum(rate(orders_total{kind!~\"new++\"}[5m])) > 1', summary: slow}")),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.expr: new++ is no regular expression that Prometheus takes: ++ repeats a repetition
  value: "sum(rate(orders_total{kind!~\\"new++\\"}[5m])) > 1"
  allowed: text of 1 to 2000 characters
  fix: see github.com/google/re2/wiki/Syntax
""",  # noqa: E501
    ),
    Bad(
        "a range",
        added(API, ALERT.format('{expr: "orders_waiting[5m]", summary: slow}')),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.expr: is a range, which is not above or below anything
  value: "orders_waiting[5m]"
  allowed: PromQL with a vector or a number
  fix: put it into a function: rate(...), max_over_time(...)
""",
    ),
    Bad(
        "the name of one of the platform's",
        added(API, 'alerts: {ServiceDown: {expr: "orders_waiting > 1", summary: slow}}\n'),
        """
service_configs/api.yaml:9: alerts.ServiceDown: is an alert of the platform's own
  value: {expr: "orders_waiting > 1", summary: slow}
  allowed: the fields expr, for, severity, summary, runbook
  fix: choose another name
""",
    ),
    Bad(
        "a template",
        added(API, ALERT.format('{expr: "orders_waiting > 1", summary: "{{ $value }} wait"}')),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.summary: has the wrong form
  value: "{{ $value }} wait"
  allowed: one line of text without { and }
  fix: write "-value-wait"
""",
    ),
    Bad(
        "a duration of two units",
        added(API, ALERT.format('{expr: "orders_waiting > 1", for: 1h30m, summary: slow}')),
        """
service_configs/api.yaml:9: alerts.OrdersStuck.for: has the wrong form
  value: 1h30m
  allowed: a duration such as 30s, 5m, 2h or 1d
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


@pytest.mark.promtool
@pytest.mark.parametrize(
    "expression",
    ["5..", "[[:alpha:]]+", "x{1001}", "x{1000}", "a++", "a**", "(?P<a>x)", "(?i)x", "(?=x)", "a|b", "[*+?]+", "(a"],
)
def test_a_regular_expression_is_refused_where_promtool_refuses_it(expression: str, tmp_path: Path) -> None:
    rule = {"alert": "A", "expr": f'x{{a=~"{expression}"}} > 1'}
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "a", "rules": [rule]}]}))
    done = subprocess.run(["promtool", "check", "rules", tmp_path / "rules.yml"], capture_output=True, check=False)
    assert (re2_error(expression) is None) is (done.returncode == 0)
