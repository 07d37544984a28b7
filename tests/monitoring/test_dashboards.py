"""The dashboards: what is committed is what the tables say, Grafana can draw it, and every figure exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring import grafana
from monitoring.alerts.alert import Alert
from monitoring.alerts.rule_files import rule, rule_groups
from monitoring.dashboards.firing import ABOUT
from monitoring.dashboards.rendering.files import FOLDER, ROOT_FILES, rendered
from monitoring.dashboards.service.requests import EXEMPLARS
from monitoring.yaml_text import yaml_text
from tests.images.conftest import contexts
from tests.images.conftest import rendered as rendered_yaml
from tests.monitoring.exported import (
    CLUSTER,
    OF_PROGRAMS_THAT_ARE_ASKED,
    SERVICE,
    all_series,
    exported,
    metrics_in,
    promtool,
)
from tests.monitoring.test_alerts import PROD
from tests.synthesis import ROOT, SHOP

FILES = rendered()
BOARDS: Mapping[str, dict[str, Any]] = {Path(path).stem: json.loads(text) for path, text in FILES.items()}
GRID = 24
LABEL = re.compile(r"{{(\w+)}}")
FILLED_IN = {"$__rate_interval": "2m", "$service": SERVICE}
HIDDEN = 2
FOLLOWING = {"${logs}": (grafana.OPENSEARCH, "logs")}
"""Data sources that follow what is chosen: their type, and the variable that finds them."""


def panels(uid: str) -> Iterator[dict[str, Any]]:
    """All of a dashboard but the headings."""
    return (panel for panel in BOARDS[uid]["panels"] if panel["type"] != "row")


def asks_prometheus(panel: Mapping[str, Any]) -> bool:
    return bool(panel["datasource"]["type"] == "prometheus")


def variables(uid: str, *, seen: bool) -> list[dict[str, Any]]:
    """Those that are chosen, or those that follow."""
    return [one for one in BOARDS[uid]["templating"]["list"] if (one.get("hide") != HIDDEN) is seen]


def queries(uid: str) -> Mapping[str, set[str]]:
    """All that a dashboard asks Prometheus, with the variables filled in, and the labels that an answer must have."""
    asked: dict[str, set[str]] = {}
    for panel in filter(asks_prometheus, panels(uid)):
        for target in panel["targets"]:
            if target["expr"] == EXEMPLARS:
                continue  # whose answer is no figure: tests/monitoring/test_exemplars.py
            asked.setdefault(filled_in(target["expr"]), set()).update(labels_shown(panel, target))
    for annotation in BOARDS[uid]["annotations"]["list"]:
        asked[filled_in(annotation["expr"])] = set(LABEL.findall(annotation["titleFormat"]))
    return asked


def filled_in(expr: str) -> str:
    for variable, value in FILLED_IN.items():
        expr = expr.replace(variable, value)
    return expr


def labels_shown(panel: Mapping[str, Any], target: Mapping[str, Any]) -> set[str]:
    """In a legend; or in a table, where the first column has them all and the others are joined by the first label."""
    if panel["type"] != "table":
        return set(LABEL.findall(target.get("legendFormat", "")))
    shown = [name for name in panel["transformations"][0]["options"]["include"]["names"] if "Value" not in name]
    return set(shown if target["refId"] == "A" else shown[:1])


def test_what_is_committed_is_what_the_tables_say() -> None:
    committed = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / ROOT_FILES).rglob("*.json")}
    assert committed == dict(FILES), "run `make dashboards`"


def test_they_are_in_the_image_in_a_folder_of_grafanas(checkout: Path) -> None:
    inside = {file.path for file in contexts(checkout)["grafana"].files}
    assert {f"rootfs{grafana.DASHBOARDS}/{FOLDER}/{uid}.json" for uid in BOARDS} <= inside


def test_their_addresses_never_change() -> None:
    assert {uid: board["uid"] for uid, board in BOARDS.items()} == {
        uid: uid for uid in ("platform", "service", "slo", "logs", "aws", "prometheus")
    }


def test_alerts_lead_to_the_dashboard_of_their_service() -> None:
    links = [rule(alert, topic, PROD)["annotations"] for topic in rule_groups(PROD) for alert in topic.alerts]
    urls = {link["dashboard_url"] for link in links if "dashboard_url" in link}
    assert urls
    for url in map(urlsplit, urls):
        board = BOARDS[url.path.removeprefix("/d/")]
        chosen = {f"var-{variable['name']}" for variable in variables(board["uid"], seen=True)}
        assert parse_qs(url.query).keys() == chosen


def test_the_service_is_chosen_from_those_that_run() -> None:
    (variable,) = variables("service", seen=True)
    assert variable["name"] == "service"
    assert variable["query"]["query"] == "label_values(ecs_task_metadata_info, service)"
    assert not variable["multi"]
    assert not variable["includeAll"]
    assert not [uid for uid, board in BOARDS.items() if uid != "service" and board["templating"]["list"]]


def test_what_follows_from_the_service_is_worked_out_after_it_and_kept_in_no_address() -> None:
    order = [variable["name"] for variable in BOARDS["service"]["templating"]["list"]]
    assert order == ["service", "environment", "logs"]
    assert all(variable["skipUrlSync"] for variable in variables("service", seen=False))


def test_the_environment_is_the_name_of_the_cluster() -> None:
    """Which is an ARN on Fargate, and a name on EC2."""
    (variable,) = [one for one in variables("service", seen=False) if one["name"] == "environment"]
    assert variable["query"]["query"] == 'label_values(ecs_task_metadata_info{service="$service"}, cluster)'
    pattern = re.compile(variable["regex"].strip("/").replace(r"\/", "/"))
    for cluster in (CLUSTER, "prod"):
        assert pattern.findall(cluster) == ["prod"]
    assert any(f'cluster="{CLUSTER}"' in series for series in all_series() if series.startswith("ecs_task_metadata"))


def test_the_log_is_in_the_data_source_of_exactly_that_service() -> None:
    """As Grafana reads its pattern: the variable filled in, between slashes, somewhere in a data source's name."""
    (variable,) = [one for one in variables("service", seen=False) if one["name"] == "logs"]
    assert (variable["type"], variable["query"]) == ("datasource", grafana.OPENSEARCH)
    pattern = re.compile(variable["regex"].replace("${service}", "orders").strip("/"))
    assert pattern.search(grafana.logs_name("orders"))
    for other in ("order", "orders-2", "my-orders"):
        assert not pattern.search(grafana.logs_name(other)), other


def test_the_log_is_shown_wherever_it_is_and_an_empty_panel_says_why() -> None:
    shown = [panel for panel in panels("service") if not asks_prometheus(panel)]
    assert {(panel["type"], panel["datasource"]["type"]) for panel in shown} == {
        ("timeseries", grafana.OPENSEARCH),
        ("logs", grafana.OPENSEARCH),
        ("logs", "cloudwatch"),
    }
    for panel in shown:
        assert "cloudwatch" in panel["description"].lower()
        assert panel["fieldConfig"]["defaults"]["noValue"].startswith("Nothing in this time")
    in_cloudwatch = [panel["targets"] for panel in shown if panel["datasource"]["type"] == "cloudwatch"]
    assert [target["logGroupNames"] for (target,) in in_cloudwatch] == [
        ["/${environment}/services/${service}"],
        ["/${environment}/services/${service}/infrequent"],
    ]


def test_a_log_leads_to_its_errors_in_explore_in_the_same_source_and_time() -> None:
    for panel in (panel for panel in panels("service") if panel["type"] == "logs"):
        (link,) = panel["links"]
        url = link["url"]
        for variable, value in {"$logs": "logs-orders", "$environment": "prod", "$service": "orders"}.items():
            url = re.sub(rf"{re.escape(variable)}(?!\w)", value, url)
        for variable, value in {"$__from": "1700000000000", "$__to": "1700003600000"}.items():
            url = url.replace(variable, value)
        assert "$" not in url
        (pane,) = json.loads(parse_qs(urlsplit(url).query)["panes"][0]).values()
        (query,) = pane["queries"]
        assert pane["range"] == {"from": "1700000000000", "to": "1700003600000"}
        if panel["datasource"]["type"] == grafana.OPENSEARCH:
            assert pane["datasource"] == query["datasource"]["uid"] == "logs-orders"
            assert query["query"] == "severity_number:>=17"
        else:
            end = "/infrequent" if "infrequent-access" in panel["title"] else ""
            assert query["logGroupNames"] == [f"/prod/services/orders{end}"]


def test_every_level_has_its_colour_and_no_line_two_levels() -> None:
    (bars,) = [
        panel for panel in panels("service") if panel["datasource"]["uid"] == "${logs}" and panel["type"] != "logs"
    ]
    (target,) = bars["targets"]
    filters, over_time = target["bucketAggs"]
    assert (filters["type"], over_time["type"], over_time["field"]) == ("filters", "date_histogram", "@timestamp")
    names = [one["label"] for one in filters["settings"]["filters"]]
    assert [override["matcher"]["options"] for override in bars["fieldConfig"]["overrides"]] == names
    for number in (1, 5, 9, 13, 17, 21, 24):
        assert len([one for one in filters["settings"]["filters"] if matches(one["query"], number)]) == 1, number


def matches(lucene: str, number: int) -> bool:
    """Of the few forms of a range that the levels use."""
    if between := re.fullmatch(r"severity_number:\[(\d+) TO (\d+)\]", lucene):
        return int(between[1]) <= number <= int(between[2])
    if above := re.fullmatch(r"severity_number:>=(\d+)", lucene):
        return number >= int(above[1])
    if below := re.fullmatch(r"severity_number:<(\d+)", lucene):
        return number < int(below[1])
    assert lucene == "NOT severity_number:*"
    return False


def test_they_name_no_service_and_no_environment() -> None:
    names = {file.stem for folder in ("service_configs", "environments") for file in (SHOP / folder).glob("*.yaml")}
    for text in FILES.values():
        assert not {name for name in names - {"shared"} if re.search(rf"\b{name}\b", text)}


def test_no_one_changes_them_by_clicking() -> None:
    assert not any(board["editable"] for board in BOARDS.values())


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_lie_side_by_side_within_the_grid(uid: str) -> None:
    places = [panel["gridPos"] for panel in BOARDS[uid]["panels"]]
    for place in places:
        assert place["x"] + place["w"] <= GRID
        assert min(place["w"], place["h"]) > 0
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    ordered = [(place["y"], place["x"]) for place in places]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize("uid", BOARDS)
def test_lines_of_panels_are_filled(uid: str) -> None:
    """Six figures, or three graphs, or four: a gap at the end only where a row ends."""
    by_line: dict[int, int] = {}
    for panel in BOARDS[uid]["panels"]:
        by_line[panel["gridPos"]["y"]] = by_line.get(panel["gridPos"]["y"], 0) + panel["gridPos"]["w"]
    headings = {panel["gridPos"]["y"] for panel in BOARDS[uid]["panels"] if panel["type"] == "row"}
    lines = sorted(by_line)
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        assert by_line[line] == GRID or following is None or following in headings, line


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_have_numbers_of_their_own(uid: str) -> None:
    numbers = [panel["id"] for panel in BOARDS[uid]["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert all(numbers)


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_say_what_they_show_and_in_what(uid: str) -> None:
    titles = [panel["title"] for panel in panels(uid)]
    assert all(titles)
    for panel in panels(uid):
        if panel["type"] == "table":
            properties = [
                setting for override in panel["fieldConfig"]["overrides"] for setting in override["properties"]
            ]
            units = [setting["value"] for setting in properties if setting["id"] == "unit"]
            assert len(units) == len(panel["targets"]), panel["title"]
        elif panel["type"] != "logs":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("uid", BOARDS)
def test_lines_have_names(uid: str) -> None:
    for panel in filter(asks_prometheus, panels(uid)):
        if panel["type"] == "timeseries":
            legends = [target["legendFormat"] for target in panel["targets"]]
            assert all(legends), panel["title"]
            assert len(set(legends)) == len(legends), panel["title"]


@pytest.mark.parametrize("uid", BOARDS)
def test_they_ask_a_data_source_that_is_provisioned(uid: str) -> None:
    sources = rendered_yaml(SHOP, "grafana", grafana.DATA_SOURCES)["datasources"]
    known = {(source["type"], source["uid"]) for source in sources}
    found = {one["name"] for one in variables(uid, seen=False) if one["type"] == "datasource"}
    known |= {(type_, source) for source, (type_, variable) in FOLLOWING.items() if variable in found}
    asking = [*panels(uid), *(target for panel in panels(uid) for target in panel["targets"])]
    asking += [one for one in BOARDS[uid]["templating"]["list"] if one["type"] != "datasource"]
    asking += BOARDS[uid]["annotations"]["list"]
    assert {(one["datasource"]["type"], one["datasource"]["uid"]) for one in asking} <= known


@pytest.mark.parametrize("uid", BOARDS)
def test_queries_of_a_panel_are_told_apart(uid: str) -> None:
    for panel in filter(asks_prometheus, panels(uid)):
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)
        for target in panel["targets"]:
            assert bool(target.get("range")) is (panel["type"] == "timeseries"), panel["title"]
            assert bool(target.get("instant")) is (panel["type"] != "timeseries"), panel["title"]


@pytest.mark.parametrize("uid", BOARDS)
def test_no_figure_of_cloudwatch_is_taken_for_a_counter(uid: str) -> None:
    for expr in queries(uid):
        assert not re.search(r"(rate|increase)\s*\(\s*aws_", expr), expr


@pytest.mark.parametrize("uid", BOARDS)
def test_every_figure_is_one_that_somebody_exports(uid: str) -> None:
    known = exported()
    for expr in queries(uid):
        used = metrics_in(expr)
        assert used or expr.startswith("vector("), expr
        assert not {metric for metric in used - known if not metric.startswith(OF_PROGRAMS_THAT_ARE_ASKED)}, expr


@pytest.mark.promtool
@pytest.mark.parametrize("uid", BOARDS)
def test_every_query_can_be_read(uid: str, tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": expr} for number, expr in enumerate(queries(uid))]
    file = tmp_path / "rules.yml"
    file.write_bytes(yaml_text({"groups": [{"name": uid, "rules": rules}]}, comment="for promtool"))
    promtool("check", "rules", str(file))


@pytest.mark.promtool
@pytest.mark.parametrize("uid", BOARDS)
def test_every_query_has_an_answer_where_the_figures_are(uid: str, tmp_path: Path) -> None:
    """Whose labels do not fit together has none. Prometheus and Alertmanager are asked in test_own_metrics.py."""
    known = exported()
    answered = {expr: labels for expr, labels in queries(uid).items() if metrics_in(expr) <= known}
    assert answered
    tests = [answers(expr, sorted(labels)) for expr, labels in answered.items()]
    series = [{"series": name, "values": values} for name, values in all_series().items()]
    document = {"tests": [{"interval": "30s", "input_series": series, "promql_expr_test": tests}]}
    file = tmp_path / "test.yaml"
    file.write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(file))


def answers(expr: str, labels: list[str]) -> dict[str, Any]:
    """For promtool: it has an answer, and all that is in the answer has these labels."""
    for label in labels:
        expr = f'label_replace({expr}, "has_{label}", "yes", "{label}", ".+")'
    having = ", ".join(f"has_{label}" for label in labels)
    expected = ", ".join(f'has_{label}="yes"' for label in labels)
    return {
        "expr": f"count by ({having}) ({expr}) > bool 0",
        "eval_time": "10m",
        "exp_samples": [{"labels": f"{{{expected}}}", "value": 1}],
    }


def test_the_list_of_alerts_shows_what_each_is_about() -> None:
    def said(alert: Alert) -> set[str]:
        return set(re.findall(r"\$labels\.(\w+)", alert.summary + alert.description))

    labels = {label for topic in rule_groups(PROD) for alert in topic.alerts for label in said(alert)}
    assert labels - {"service"} <= set(ABOUT)


def test_grafana_opens_with_the_platform() -> None:
    settings = ConfigParser()
    assert settings.read(ROOT / "docker/grafana/rootfs/etc/grafana/grafana.ini")
    home = settings["dashboards"]["default_home_dashboard_path"]
    assert home.removeprefix(f"{grafana.DASHBOARDS}/") == f"{FOLDER}/platform.json"
    assert f"docker/grafana/rootfs{home}" in FILES
