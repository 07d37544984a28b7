"""Panels that a service's own file has: on a dashboard of that service, in a row of its team's."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models import units

from config.models.service.monitoring.own_alerts import OwnAlert
from config.models.service.monitoring.own_panels import OwnPanel, PanelUnit
from monitoring import grafana, own_panels
from monitoring.alerts.rule_files import RULES, render
from monitoring.yaml_text import yaml_text
from tests.images.conftest import contexts, rendered
from tests.monitoring.exported import promtool
from tests.monitoring.test_alerts import PROD
from tests.synthesis import ROOT

PANELS = {
    "Orders that wait": {"expr": 'orders_waiting{job="app",service="orders"}', "legend": "{{queue}}"},
    "Taken": {
        "expr": 'sum by (shop) (rate(orders_taken_total{job="app",service="orders"}[$__rate_interval]))',
        "unit": "per-second",
        "kind": "stacked",
    },
    "Turnover": {"expr": "sum(orders_turnover_euros)", "unit": "euros", "kind": "figure"},
    "Oldest": {
        "expr": "histogram_quantile(1, sum by (le) (rate(orders_waiting_seconds_bucket[5m])))",
        "unit": "seconds",
        "description": "How long the first waits.",
    },
}
OWN = {title: OwnPanel.model_validate(panel) for title, panel in PANELS.items()}
SHARED = ROOT / f"docker/grafana/rootfs{grafana.DASHBOARDS}" / own_panels.SERVICE_DASHBOARD
FILE = f"{grafana.DASHBOARDS}/{own_panels.FOLDER}/orders.json"
DEPLOYMENT = replace(
    PROD,
    services=tuple(one.model_copy(update={"panels": OWN}) if one.name == "orders" else one for one in PROD.services),
)


def page() -> dict[str, Any]:
    board: dict[str, Any] = json.loads(grafana.render(DEPLOYMENT)[FILE])
    return board


def the_teams() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = page()["panels"]
    titles = [panel["title"] for panel in panels]
    start = titles.index("Panels of its team") + 1
    end = next(at for at in range(start, len(panels)) if panels[at]["type"] == "row")
    return panels[start:end]


def test_they_are_a_row_right_below_how_the_service_is_now() -> None:
    headings = [panel["title"] for panel in page()["panels"] if panel["type"] == "row"]
    assert headings[:2] == ["$service now", "Panels of its team"]
    assert [panel["title"] for panel in the_teams()] == list(PANELS)


def test_everything_else_is_as_on_the_dashboard_of_all_services() -> None:
    shared = json.loads(SHARED.read_text())
    own = {panel["id"] for panel in the_teams()}

    def without_place(board: dict[str, Any]) -> list[dict[str, Any]]:
        kept = [one for one in board["panels"] if one["id"] not in own and one["title"] != "Panels of its team"]
        return [{name: value for name, value in one.items() if name != "gridPos"} for one in kept]

    assert without_place(page()) == without_place(shared)


def test_no_panel_lies_on_another_and_each_has_its_number() -> None:
    panels = page()["panels"]
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    assert all(one <= other for one, other in pairwise((place["y"], place["x"]) for place in places))
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_a_panel_is_drawn_as_its_file_says() -> None:
    waiting, taken, turnover, oldest = the_teams()
    assert [one["type"] for one in (waiting, taken, turnover, oldest)] == [
        "timeseries",
        "timeseries",
        "stat",
        "timeseries",
    ]
    assert waiting["targets"][0]["expr"] == PANELS["Orders that wait"]["expr"]
    assert waiting["targets"][0]["legendFormat"] == "{{queue}}"
    assert taken["targets"][0]["legendFormat"] == "__auto"
    assert taken["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal"
    assert "stacking" not in waiting["fieldConfig"]["defaults"]["custom"]
    assert (turnover["targets"][0]["instant"], oldest["targets"][0]["range"]) == (True, True)
    assert oldest["description"] == "How long the first waits."
    assert [one["targets"][0].get("exemplar", False) for one in the_teams()] == [False, False, False, True]
    assert [one["fieldConfig"]["defaults"]["unit"] for one in the_teams()] == ["short", "cps", "currencyEUR", "s"]


def test_a_panel_has_what_the_dashboards_of_the_platform_have() -> None:
    """Which Grafana's own library writes: no property that it does not know, none that it needs left out."""
    shared = {panel["type"]: panel for panel in json.loads(SHARED.read_text())["panels"]}
    for panel in the_teams():
        like = shared[panel["type"]]
        assert panel.keys() <= like.keys() | {"description"}
        assert panel["options"].keys() <= like["options"].keys()
        assert panel["fieldConfig"]["defaults"].keys() <= like["fieldConfig"]["defaults"].keys() | {"custom", "noValue"}
        assert panel["targets"][0].keys() <= like["targets"][0].keys() | {"legendFormat", "exemplar"}
        assert panel["datasource"] == panel["targets"][0]["datasource"] == like["datasource"]


def test_every_unit_is_one_of_grafanas() -> None:
    known = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}
    for unit in PanelUnit:
        panel = OwnPanel(expr="up", unit=unit)
        service = PROD.services[0].model_copy(update={"panels": {"One": panel}})
        drawn = [one for one in json.loads(own_panels.dashboard(service))["panels"] if one["title"] == "One"]
        assert drawn[0]["fieldConfig"]["defaults"]["unit"] in known, unit


def test_the_service_is_that_one_and_cannot_be_chosen() -> None:
    board = page()
    assert (board["uid"], board["title"]) == ("service-orders", "Service orders")
    (variable,) = [one for one in board["templating"]["list"] if one["name"] == "service"]
    assert (variable["type"], variable["query"], variable["hide"]) == ("constant", "orders", 2)


def test_it_is_listed_on_every_other_dashboard() -> None:
    assert page()["tags"] == [own_panels.TAG]
    for file in SHARED.parent.glob("*.json"):
        board = json.loads(file.read_text())
        assert own_panels.TAG not in board["tags"]
        assert [own_panels.TAG] in [link["tags"] for link in board["links"]]


@pytest.mark.promtool
def test_alerts_about_the_service_lead_there_and_those_about_others_do_not(tmp_path: Path) -> None:
    """Prometheus fills in the template that every alert about a service has."""
    (group,) = yaml.safe_load(render(DEPLOYMENT)[f"{RULES}/platform-services.yml"])["groups"]
    links = {rule["annotations"].get("dashboard_url") for rule in group["rules"]}
    (link,) = links
    rule = {"alert": "Any", "expr": "up == 0", "annotations": {"dashboard_url": link}}
    (tmp_path / "rules.yml").write_bytes(yaml_text({"groups": [{"name": "a", "rules": [rule]}]}, comment="a rule"))
    expected = [
        {
            "exp_labels": {"service": service},
            "exp_annotations": {"dashboard_url": f"https://grafana.example.com/d/{page}?var-service={service}"},
        }
        for service, page in {"orders": "service-orders", "orders-2": "service", "my-orders": "service"}.items()
    ]
    series = [{"series": f'up{{service="{one["exp_labels"]["service"]}"}}', "values": "0x5"} for one in expected]
    test = {
        "interval": "1m",
        "input_series": series,
        "alert_rule_test": [{"eval_time": "2m", "alertname": "Any", "exp_alerts": expected}],
    }
    document = {"rule_files": [str(tmp_path / "rules.yml")], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


def test_an_alert_of_its_own_leads_there_too() -> None:
    alert = OwnAlert(expr="orders_waiting > 1", summary="slow")
    services = (one.model_copy(update={"alerts": {"Slow": alert}}) for one in DEPLOYMENT.services)
    rules = render(replace(DEPLOYMENT, services=tuple(services)))
    for service, board in {"orders": "service-orders", "storefront": "service"}.items():
        (group,) = yaml.safe_load(rules[f"{RULES}/service-{service}.yml"])["groups"]
        (rule,) = [rule for rule in group["rules"] if rule.get("alert") == "Slow"]
        assert f"/d/{board}?var-service={service}" in rule["annotations"]["dashboard_url"]


def test_they_are_in_the_image_that_the_files_come_to_and_change_its_tag(checkout: Path) -> None:
    before = contexts(checkout, "prod")["grafana"].tag
    orders = checkout / "service_configs/orders.yaml"
    orders.write_text(orders.read_text() + 'panels:\n  Orders that wait: {expr: "sum(orders_waiting)"}\n')
    after = contexts(checkout, "prod")["grafana"]
    assert after.tag != before
    board = rendered(checkout, "grafana", FILE, "prod")
    assert "Orders that wait" in [panel["title"] for panel in board["panels"]]
    assert not [file for file in contexts(checkout, "prod")["prometheus"].files if "service-orders" in file.path]
