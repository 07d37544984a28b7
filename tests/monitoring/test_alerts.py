"""The alerts that come with the platform: whether they fire, what they say, and whether their figures exist."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from config.loader.platform import Deployment, load_platform
from config.models.data.database import Database
from config.models.service.kinds import Kind
from config.models.service.logs import LogClass, LogDestination, Logs
from config.models.service.monitoring.metrics import Metrics
from config.models.service.monitoring.slo import Latency, Slo
from monitoring.alerts.alert import WATCHDOG, Alert, RuleGroup
from monitoring.alerts.rule_files import RULES, render, rule, rule_groups
from monitoring.alerts.services import least_tasks
from monitoring.yaml_text import yaml_text
from tests.images.conftest import rendered
from tests.monitoring.alert_cases import CASES, NEVER, Series, probe
from tests.monitoring.exported import OF_PROGRAMS_THAT_ARE_ASKED, exported, metrics_in, promtool
from tests.synthesis import ROOT, SHOP

RUNBOOKS = ROOT / "docs/runbooks"


def deployment_of(environment: str, root: Path = SHOP) -> Deployment:
    (deployment,) = load_platform(root, only=environment)
    return deployment


def rows(deployment: Deployment) -> dict[str, tuple[RuleGroup, Alert]]:
    """Every alert by its name; by name and severity, where one name has two."""
    found = [(topic, alert) for topic in rule_groups(deployment) for alert in topic.alerts]
    count = Counter(alert.name for _, alert in found)
    return {
        f"{alert.name} {alert.severity}" if count[alert.name] > 1 else alert.name: (topic, alert)
        for topic, alert in found
    }


def rules_for(alert: Alert, topic: RuleGroup) -> dict[str, Any]:
    """The rendered rule file, without the group's other alerts."""
    file = yaml.safe_load(FILES[f"{RULES}/platform-{topic.name}.yml"])
    (group,) = file["groups"]
    wanted = (alert.name, alert.severity.value)
    group["rules"] = [
        one for one in group["rules"] if "record" in one or (one["alert"], one["labels"]["severity"]) == wanted
    ]
    return file  # type: ignore[no-any-return]


def promising(deployment: Deployment) -> Deployment:
    """The same, where storefront promises something and the database of orders has an exporter."""
    more: dict[str, dict[str, Any]] = {
        "storefront": {"metrics": Metrics(), "slo": Slo(availability_percent=99.9)},
        "orders": {"database": Database(exporter=True)},
    }
    services = (service.model_copy(update=more.get(service.name, {})) for service in deployment.services)
    return replace(deployment, services=tuple(services))


def log_of(service: str) -> str:
    """What Prometheus makes of the template in `logs_url`."""
    topic, alert = ROWS["ServiceDown"]
    template = rule(alert, topic, PROD)["annotations"]["logs_url"]
    before, names, in_opensearch, in_cloudwatch = re.fullmatch(
        r'(.*){{ if match "([^"]*)" \$labels\.service }}(.*){{ else }}(.*){{ end }}', template
    ).groups()  # type: ignore[union-attr]
    chosen = in_opensearch if re.search(names, service) else in_cloudwatch
    return f"{before}{chosen}".replace("{{ $labels.service }}", service)


PROD = promising(deployment_of("prod"))


def replicated(deployment: Deployment) -> Deployment:
    """With a second Prometheus and Alertmanager."""
    environment = deployment.environment
    monitoring = environment.monitoring.model_copy(update={"replicas": 2})
    return replace(deployment, environment=environment.model_copy(update={"monitoring": monitoring}))


ROWS = rows(PROD)
FILES = render(PROD)


def test_an_alert_leads_to_the_log_group_of_the_class_that_its_service_writes_to() -> None:
    orders = Logs(destination=LogDestination.CLOUDWATCH, log_class=LogClass.INFREQUENT_ACCESS)
    services = tuple(one.model_copy(update={"logs": orders}) if one.name == "orders" else one for one in PROD.services)
    in_cloudwatch = PROD.environment.logging.model_copy(update={"destination": LogDestination.CLOUDWATCH})
    environment = PROD.environment.model_copy(update={"logging": in_cloudwatch})
    topic, alert = ROWS["ServiceDown"]
    template = rule(alert, topic, replace(PROD, services=services, environment=environment))["annotations"]["logs_url"]
    names, infrequent, standard = re.fullmatch(
        r'{{ if match "([^"]*)" \$labels\.service }}(.*){{ else }}(.*){{ end }}', template
    ).groups()  # type: ignore[union-attr]
    assert names == "^(orders)$"
    group = "%2Fprod%2Fservices%2F{{ $labels.service }}"
    assert f"{group}%2Finfrequent%22" in infrequent
    assert f"{group}%22" in standard


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    assert ROWS.keys() == CASES.keys()


@pytest.mark.promtool
@pytest.mark.parametrize("name", CASES)
def test_it_fires_says_what_is_wrong_and_is_silent_just_below(name: str, tmp_path: Path) -> None:
    topic, alert = ROWS[name]
    case = CASES[name]
    rules = tmp_path / "rules.yml"
    rules.write_bytes(yaml_text(rules_for(alert, topic), comment="one alert"))
    annotations = rule(alert, topic, PROD)["annotations"]
    said = annotations | {"summary": case.says, "description": case.description or alert.description}
    if alert.of_a_service:
        dashboard = f"https://grafana.example.com/d/service?var-service={case.labels['service']}"
        said |= {"dashboard_url": dashboard, "logs_url": log_of(case.labels["service"])}
    firing = {"exp_labels": rule(alert, topic, PROD)["labels"] | case.labels, "exp_annotations": said}

    def test(series: Series, *expected: dict[str, Any]) -> dict[str, Any]:
        return {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": f"{case.at}m", "alertname": alert.name, "exp_alerts": list(expected)}],
        }

    document = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [test(case.fires, firing), *([] if case.quiet is NEVER else [test(case.quiet)])],
    }
    (tmp_path / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


@pytest.mark.parametrize("name", ROWS)
def test_its_figures_are_ones_that_somebody_exports(name: str) -> None:
    used = metrics_in(ROWS[name][1].expr)
    assert used or name == WATCHDOG
    recorded = {recording.name for recording in ROWS[name][0].recordings}
    assert not {metric for metric in used - exported() - recorded if not metric.startswith(OF_PROGRAMS_THAT_ARE_ASKED)}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.promtool
def test_the_rules_of_every_environment_are_valid(environment: str, tmp_path: Path) -> None:
    files = render(deployment_of(environment))
    for path, content in files.items():
        assert path.startswith(f"{RULES}/platform-")
        (tmp_path / Path(path).name).write_bytes(content)
    promtool("check", "rules", *(str(file) for file in tmp_path.iterdir()))


def test_every_alert_has_its_section_in_a_runbook_and_no_section_is_left_over() -> None:
    for topic in rule_groups(PROD):
        headings = re.findall(r"^## (.+)$", (RUNBOOKS / f"{topic.name}.md").read_text(), flags=re.MULTILINE)
        assert headings == list(dict.fromkeys(alert.name for alert in topic.alerts))
    assert {file.stem for file in RUNBOOKS.glob("*.md")} == {topic.name for topic in rule_groups(PROD)} | {"README"}


def test_a_section_says_what_it_means_whom_it_hurts_where_to_look_and_what_to_do() -> None:
    for topic in rule_groups(PROD):
        text = (RUNBOOKS / f"{topic.name}.md").read_text()
        for section in text.split("\n## ")[1:]:
            for part in ("**Meaning.**", "**Impact.**", "**Diagnosis.**", "**Mitigation.**"):
                assert section.count(part) == 1, f"{topic.name}: {section.splitlines()[0]}: {part}"


def test_an_environment_that_sleeps_at_night_wakes_nobody_for_it(checkout: Path) -> None:
    dev = deployment_of("dev", checkout)
    assert dev.environment.office_hours
    gone = rows(dev)["ServiceDown"][1].expr
    assert "orders" not in gone
    assert "grafana" in gone
    assert "ServiceReplicasMismatch" not in rows(dev)


def test_a_service_that_may_have_no_task_is_not_missed() -> None:
    orders = next(service for service in PROD.services if service.name == "orders")
    asleep = orders.model_copy(update={"scaling": orders.scaling.model_copy(update={"min_tasks": 0})})
    assert "orders" in least_tasks(PROD)
    assert "orders" not in least_tasks(replace(PROD, services=(asleep,)))
    job = orders.model_copy(update={"kind": Kind.SCHEDULED_JOB})
    assert least_tasks(replace(PROD, services=(job,))) == {}


def test_without_a_database_no_alert_asks_for_one() -> None:
    without = tuple(service.model_copy(update={"database": None}) for service in PROD.services)
    assert not [name for name in rows(replace(PROD, services=without)) if name.startswith("Database")]
    assert [name for name in ROWS if name.startswith("Database")]


def test_without_a_promise_no_alert_asks_for_one() -> None:
    assert not [name for name in rows(deployment_of("prod")) if name.startswith(("ErrorBudget", "Slo"))]


def test_a_service_that_sleeps_at_night_may_have_no_requests() -> None:
    dev = promising(deployment_of("dev"))
    assert "ErrorBudgetBurn critical" in rows(dev)
    assert "SloNotMeasured" not in rows(dev)


@pytest.mark.promtool
def test_each_service_counts_by_its_own_metric_and_labels(tmp_path: Path) -> None:
    storefront = next(service for service in PROD.services if service.slo)
    slo = Slo(availability_percent=99.5, requests="rpc_handled", failed={"status": "error|timeout", "kind": "unary"})
    orders = next(service for service in PROD.services if service.name == "orders")
    both = replace(PROD, services=(storefront, orders.model_copy(update={"metrics": Metrics(), "slo": slo})))
    (tmp_path / "rules.yml").write_bytes(render(both)[f"{RULES}/platform-slos.yml"])
    series = {
        'up{job="ecs-exporter",service="storefront"}': "1x60",
        'up{job="ecs-exporter",service="orders"}': "1x60",
        'http_requests_total{job="app",service="storefront",code="200"}': "0+60x60",
        'rpc_handled{job="app",service="orders",status="ok",kind="unary"}': "0+540x60",
        'rpc_handled{job="app",service="orders",status="timeout",kind="unary"}': "0+60x60",
        'rpc_handled{job="app",service="orders",status="error",kind="stream"}': "0+600x60",
    }
    share = "slo:failed:ratio1h"
    expected = [
        {"labels": f'{share}{{service="orders",slo="availability"}}', "value": 0.05},
        {"labels": f'{share}{{service="storefront",slo="availability"}}', "value": 0},
    ]
    budget = [
        {"labels": 'slo:budget:ratio{service="orders",slo="availability"}', "value": 0.005},
        {"labels": 'slo:budget:ratio{service="storefront",slo="availability"}', "value": 0.001},
    ]
    expected_now = {f"round({share}, 0.0001)": [_unnamed(row) for row in expected], "slo:budget:ratio": budget}
    _holds(tmp_path / "rules.yml", series, expected_now, at="60m")


def _unnamed(sample: dict[str, Any]) -> dict[str, Any]:
    """`round` takes the name off."""
    return sample | {"labels": sample["labels"][sample["labels"].index("{") :]}


def test_what_a_clone_writes_about_its_runbooks_is_where_alerts_link_to(checkout: Path) -> None:
    place = "https://github.com/acme/platform/blob/main/docs/runbooks"
    file = checkout / "environments/prod.yaml"
    file.write_text(file.read_text().replace("monitoring:\n", f"monitoring:\n  runbooks_url: {place}\n"))
    topic, alert = ROWS["ServiceDown"]
    links = rule(alert, topic, deployment_of("prod", checkout))["annotations"]
    assert links["runbook_url"] == f"{place}/services.md#servicedown"


@pytest.mark.parametrize("service", ["orders", "order", "orders-2", "prometheus"])
def test_a_mail_leads_to_the_errors_in_the_log_wherever_that_is(service: str) -> None:
    """Those of `orders` are in OpenSearch; the platform's own, and those of who is gone, in CloudWatch."""
    url = urlsplit(log_of(service))
    assert (url.netloc, url.path) == ("grafana.example.com", "/explore")
    (pane,) = json.loads(parse_qs(url.query)["panes"][0]).values()
    (query,) = pane["queries"]
    assert pane["datasource"] == query["datasource"]["uid"]
    if service == "orders":
        assert pane["datasource"] == "logs-orders"
        assert (query["luceneQueryType"], query["query"]) == ("Logs", "severity_number:>=17")
    else:
        assert pane["datasource"] == "cloudwatch"
        assert query["logGroupNames"] == [f"/prod/services/{service}"]
        assert "error" in query["expression"]


def test_where_no_log_goes_to_opensearch_no_alert_or_link_speaks_of_it(checkout: Path) -> None:
    prod = checkout / "environments/prod.yaml"
    prod.write_text(prod.read_text() + "logging: {destination: cloudwatch}\n")
    deployment = deployment_of("prod", checkout)
    assert not [name for name in rows(deployment) if name.startswith("Log")]
    assert [name for name in ROWS if name.startswith("Log")]
    text = b"".join(render(deployment).values()).decode()
    assert "opensearch" not in text
    assert "%2Fprod%2Fservices%2F{{ $labels.service }}" in text


def test_of_a_job_alone_no_router_is_missed() -> None:
    job = next(one for one in PROD.services if one.name == "mailer").model_copy(update={"kind": Kind.SCHEDULED_JOB})
    names = [name for name in rows(replace(PROD, services=(job,))) if name.startswith("Log")]
    assert "LogCollectionRefuses" in names
    assert not {"LogRouterDown", "LogsSilent", "LogsDropped"} & set(names)


def test_figures_of_aws_are_marked_with_their_service() -> None:
    config = rendered(SHOP, "prometheus", "/etc/prometheus/prometheus.yml", "prod")
    (job,) = (job for job in config["scrape_configs"] if job["job_name"] == "cloudwatch-exporter")

    def marked(**labels: str) -> str | None:
        for relabel in job["metric_relabel_configs"]:
            (source,) = relabel["source_labels"]
            if match := re.fullmatch(relabel["regex"], labels.get(source, "")):
                return match[1]
        return None

    assert marked(dimension_target_group="targetgroup/prod-storefront/6d0ecf831eec9f09") == "storefront"
    assert marked(dimension_dbinstance_identifier="prod-orders") == "orders"
    assert marked(dimension_collection_name="prod-orders") == "orders"
    assert marked(dimension_load_balancer="app/prod/50dc6c495c0c9188") is None
    assert marked(dimension_dbinstance_identifier="other") is None


def test_a_panel_that_shows_what_an_alert_watches_takes_its_threshold_from_the_same_line() -> None:
    literal = re.compile(r"thresholds=\{[^}]*\b(0\.\d+|[1-9]\d+):")
    for file in (ROOT / "monitoring/dashboards").rglob("*.py"):
        assert not literal.search(file.read_text()), f"{file.name}: it belongs into monitoring/thresholds.py"


@pytest.mark.promtool
@pytest.mark.parametrize(
    "outage",
    [
        {'up{job="ecs-exporter",service="storefront"}': "1x120 stale _x42 1x60"},
        {
            'up{job="ecs-exporter",service="storefront"}': "1x300",
            'aws_applicationelb_healthy_host_count_minimum{service="storefront"}': "2x120 0x42 2x60",
        },
        {'up{job="ecs-exporter",service="storefront"}': "1x300", **probe("success", "1x120 0x42 1x60")},
    ],
    ids=["no task", "no healthy task", "a probe that fails"],
)
def test_43_minutes_without_a_task_cost_43_minutes_and_page(outage: Series, tmp_path: Path) -> None:
    """Ten requests a second before and after, and none counted meanwhile. 99.9 % of thirty days allows 43 minutes."""
    (tmp_path / "rules.yml").write_bytes(FILES[f"{RULES}/platform-slos.yml"])
    series = {'http_requests_total{job="app",service="storefront",code="200"}': "0+600x120 _x43 0+600x60", **outage}
    lost = "round(sum_over_time(slo:failures:rate5m[4h]) / 10)"  # evaluated once a minute
    page = 'count(ALERTS{alertname="ErrorBudgetBurn",severity="critical",alertstate="firing"})'
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": lost,
                "eval_time": "210m",
                "exp_samples": [{"labels": '{service="storefront",slo="availability"}', "value": 43}],
            },
            {"expr": page, "eval_time": "115m", "exp_samples": []},
            {"expr": page, "eval_time": "130m", "exp_samples": [{"labels": "{}", "value": 1}]},
        ],
    }
    document = {"rule_files": [str(tmp_path / "rules.yml")], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


@pytest.mark.promtool
def test_what_the_load_balancer_could_bring_to_no_task_counts_as_failed(tmp_path: Path) -> None:
    """Ten requests a second are answered well, and 300 in five minutes, one a second, never reach a task."""
    (tmp_path / "rules.yml").write_bytes(FILES[f"{RULES}/platform-slos.yml"])
    series = {
        'up{job="ecs-exporter",service="storefront"}': "1x60",
        'http_requests_total{job="app",service="storefront",code="200"}': "0+600x60",
        'aws_applicationelb_target_connection_error_count_sum{service="storefront"}': "300x60",
        'aws_applicationelb_target_connection_error_count_sum{service="orders"}': "3000x60",
    }
    of = '{service="storefront",slo="availability"}'
    expected = {
        "slo:requests:rate5m": [{"labels": f"slo:requests:rate5m{of}", "value": 11}],
        "slo:failures:rate5m": [{"labels": f"slo:failures:rate5m{of}", "value": 1}],
    }
    _holds(tmp_path / "rules.yml", series, expected, at="30m")


@pytest.mark.promtool
@pytest.mark.parametrize(
    ("below_ms", "written"), [(300, "0.3"), (1000, "1"), (1000, "1.0"), (2500, "2.5")], ids=lambda value: str(value)
)
def test_requests_that_are_slower_than_promised_use_up_a_budget_of_their_own(
    below_ms: int, written: str, tmp_path: Path
) -> None:
    """One request in ten is too slow where one in a hundred may be, and none fails; a bucket beside it is not asked."""
    rules = _of_storefront(tmp_path, Latency(below_ms=below_ms))
    series = _answered(within=written, fast="0+540x90")
    page = 'ALERTS{alertname="ErrorBudgetBurn",severity="critical",alertstate="firing"}'
    paged = '{alertname="ErrorBudgetBurn",alertstate="firing",service="storefront",severity="critical",slo="latency"}'
    share = "round(slo:failed:ratio1h, 0.001)"
    shares = [
        {"labels": f'{{service="storefront",slo="{slo}"}}', "value": value}
        for slo, value in (("availability", 0), ("latency", 0.1))
    ]
    _holds(rules, series, {share: shares, f"ALERTS and {page}": [{"labels": f"ALERTS{paged}", "value": 1}]}, at="80m")


@pytest.mark.promtool
def test_a_histogram_without_the_promised_bucket_is_told_of(tmp_path: Path) -> None:
    rules = _of_storefront(tmp_path, Latency(below_ms=300))
    told = (
        'ALERTS{alertname="SloNotMeasured",alertstate="firing",service="storefront",severity="warning",slo="latency"}'
    )
    expected = {"ALERTS": [{"labels": told, "value": 1}]}
    _holds(rules, _answered(within="0.25", fast="0+600x90"), expected, at="70m")


def _of_storefront(folder: Path, latency: Latency) -> Path:
    slo = Slo(availability_percent=99.9, latency=latency)
    services = (one.model_copy(update={"slo": slo}) if one.slo else one for one in PROD.services)
    file = folder / "rules.yml"
    file.write_bytes(render(replace(PROD, services=tuple(services)))[f"{RULES}/platform-slos.yml"])
    return file


def _answered(*, within: str, fast: str) -> Series:
    """Ten requests a second, of which so many end up in the bucket."""
    mine = 'job="app",service="storefront"'
    return {
        'up{job="ecs-exporter",service="storefront"}': "1x90",
        f'http_requests_total{{{mine},code="200"}}': "0+600x90",
        f"http_request_duration_seconds_count{{{mine}}}": "0+600x90",
        f'http_request_duration_seconds_bucket{{{mine},le="{within}"}}': fast,
        f'http_request_duration_seconds_bucket{{{mine},le="0.03"}}': "0+1x90",
        f'http_request_duration_seconds_bucket{{{mine},le="+Inf"}}': "0+600x90",
    }


def _holds(rules: Path, series: Series, expected: Mapping[str, list[dict[str, Any]]], *, at: str) -> None:
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": expr, "eval_time": at, "exp_samples": samples} for expr, samples in expected.items()
        ],
    }
    document = {"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": [test]}
    file = rules.with_name("test.yaml")
    file.write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(file))


def test_a_replica_that_is_missing_is_told_and_one_that_nobody_wants_is_not() -> None:
    expression = rows(replicated(PROD))["ServiceReplicasMismatch"][1].expr
    for name in ("alertmanager", "prometheus"):
        missing = f'count by (service) (up{{job="ecs-exporter",service="{name}"}}) < 2'
        assert missing in expression
        assert missing not in ROWS["ServiceReplicasMismatch"][1].expr
