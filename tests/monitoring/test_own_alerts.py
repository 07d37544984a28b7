"""Alerts that a service's own file has: in Prometheus' rules as they are, about that service, to its owner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.models.service.monitoring.own_alerts import OwnAlert
from config.models.service.monitoring.platform_alerts import PLATFORM_ALERTS
from monitoring.alerts.rule_files import RULES, render
from monitoring.yaml_text import yaml_text
from tests.images.conftest import rendered
from tests.monitoring.exported import promtool
from tests.monitoring.test_alerts import PROD, ROWS

STUCK = OwnAlert.model_validate(
    {
        "expr": 'sum(orders_waiting{job="app"}) > 100 unless on () vector(1) == 0',
        "for": "10m",
        "severity": "critical",
        "summary": "orders wait too long",
        "runbook": "https://example.com/wiki/orders#stuck",
    }
)
ALERTS = {"OrdersStuck": STUCK, "OrdersSlow": OwnAlert(expr="vector(1) > 2", summary="slow")}
FILE = f"{RULES}/service-orders.yml"


def text() -> bytes:
    services = (one.model_copy(update={"alerts": ALERTS}) if one.name == "orders" else one for one in PROD.services)
    return render(replace(PROD, services=tuple(services)))[FILE]


def test_the_names_of_the_platforms_own_are_those_that_there_are() -> None:
    assert {alert.name for _, alert in ROWS.values()} == PLATFORM_ALERTS


def test_an_alert_says_what_its_file_says_and_leads_to_the_services_dashboard_and_log() -> None:
    (group,) = yaml.safe_load(text())["groups"]
    stuck, slow = group["rules"]
    assert (stuck["alert"], stuck["expr"], stuck["for"]) == ("OrdersStuck", STUCK.expr, "10m")
    assert stuck["labels"] == {"severity": "critical", "service": "orders"}
    assert stuck["annotations"]["summary"] == "orders: orders wait too long"
    assert stuck["annotations"]["runbook_url"] == "https://example.com/wiki/orders#stuck"
    assert stuck["annotations"]["dashboard_url"].endswith("/d/service?var-service=orders")
    assert "logs-orders" in stuck["annotations"]["logs_url"]  # in prod its log is in OpenSearch
    assert (slow["for"], slow["labels"]["severity"]) == ("5m", "warning")
    assert "runbook_url" not in slow["annotations"]


def test_a_service_without_any_and_without_metrics_has_no_file_of_its_own() -> None:
    services = tuple(service.model_copy(update={"metrics": None}) for service in PROD.services)
    assert not [path for path in render(replace(PROD, services=services)) if "/service-" in path]


@pytest.mark.promtool
def test_it_fires_under_the_name_of_its_service_once_it_has_held_for_so_long(tmp_path: Path) -> None:
    """The sum has no label; the service is in the alert all the same, and its owner is found by that."""
    (tmp_path / "rules.yml").write_bytes(text())
    labels = {"alertname": "OrdersStuck", "severity": "critical", "service": "orders"}
    alert = {"exp_labels": {name: value for name, value in labels.items() if name != "alertname"}}

    def at(minutes: int, *expected: dict[str, Any]) -> dict[str, Any]:
        return {"eval_time": f"{minutes}m", "alertname": "OrdersStuck", "exp_alerts": list(expected)}

    (group,) = yaml.safe_load(text())["groups"]
    said = group["rules"][0]["annotations"]
    test = {
        "interval": "1m",
        "input_series": [{"series": 'orders_waiting{job="app",service="orders"}', "values": "90x10 101x30"}],
        "alert_rule_test": [at(20), at(22, alert | {"exp_annotations": said})],
    }
    document = {"rule_files": [str(tmp_path / "rules.yml")], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


def test_they_are_in_the_image_that_the_files_come_to(checkout: Path) -> None:
    orders = checkout / "service_configs/orders.yaml"
    own = 'alerts:\n  OrdersStuck: {expr: "sum(orders_waiting) > 100", summary: orders wait too long}\n'
    orders.write_text(orders.read_text() + own)
    file = rendered(checkout, "prometheus", FILE, "prod")
    assert file["groups"][0]["rules"][0]["alert"] == "OrdersStuck"
