"""Whom Prometheus scrapes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.models.environment.platform_service import SERVICES
from monitoring.alerts.rule_files import rule_groups
from monitoring.prometheus import CONFIG
from tests.images.conftest import rendered
from tests.monitoring.test_alerts import deployment_of

ServiceFile = Callable[[str, str], None]
INTERNAL = "kind: internal\nhealth_check: none\nimage: example:1\nport: 8080\n"


def jobs(root: Path, environment: str = "dev") -> dict[str, Any]:
    return {job["job_name"]: job for job in rendered(root, "prometheus", CONFIG, environment)["scrape_configs"]}


def dns_targets(job: dict[str, Any]) -> set[str]:
    configs = job.get("dns_sd_configs", [])
    assert {config["type"] for config in configs} <= {"A"}
    return {f"{name}:{config['port']}" for config in configs for name in config["names"]}


def kept(job: dict[str, Any], **labels: str) -> bool:
    """Whether a target with these labels outlives the job's `keep` rules."""
    rules = [rule for rule in job["relabel_configs"] if rule.get("action") == "keep"]
    values = [(";".join(labels.get(name, "") for name in rule["source_labels"]), rule["regex"]) for rule in rules]
    return all(re.fullmatch(regex, value) for value, regex in values)


def test_every_service_is_found_by_its_own_name(checkout: Path, service_file: ServiceFile) -> None:
    service_file("billing", INTERNAL)
    names = {"billing", "mailer", "orders", "storefront", *SERVICES}
    assert dns_targets(jobs(checkout)["ecs-exporter"]) == {f"{name}.app.local:9779" for name in names}


def test_what_runs_and_ends_is_not_waited_for(checkout: Path, service_file: ServiceFile) -> None:
    service_file("report", "kind: scheduled-job\nimage: example:1\nschedule: {expression: rate(1 day)}\n")
    names = dns_targets(jobs(checkout)["ecs-exporter"])
    assert names
    assert "report.app.local:9779" not in names


def test_the_platform_watches_itself(checkout: Path) -> None:
    found = jobs(checkout)
    assert found["prometheus"]["static_configs"] == [{"targets": ["localhost:9090"]}]
    assert dns_targets(found["alertmanager"]) == {"alertmanager.app.local:9093"}
    assert dns_targets(found["cloudwatch-exporter"]) == {"cloudwatch-exporter.app.local:5000"}
    assert dns_targets(found["grafana"]) == {"grafana.app.local:3000"}


def test_in_a_single_task_the_exporters_have_grafanas_name(checkout: Path) -> None:
    dev = checkout / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("monitoring:\n", "monitoring:\n  single_task: true\n"))
    found = jobs(checkout)
    assert dns_targets(found["cloudwatch-exporter"]) == {"grafana.app.local:5000"}
    (address,) = [one for one in found["blackbox-exporter"]["relabel_configs"] if one["target_label"] == "__address__"]
    assert address["replacement"] == "grafana.app.local:9115"
    assert "cloudwatch-exporter.app.local:9779" not in dns_targets(found["ecs-exporter"])
    (down,) = [
        alert
        for group in rule_groups(deployment_of("dev", checkout))
        for alert in group.alerts
        if alert.name == "ServiceDown"
    ]
    assert "cloudwatch-exporter" not in down.expr
    assert "grafana" in down.expr


def test_a_service_without_metrics_makes_no_target_that_always_fails(checkout: Path) -> None:
    assert dns_targets(jobs(checkout)["app"]) == set()


def test_metrics_are_scraped_where_the_service_has_them(checkout: Path, service_file: ServiceFile) -> None:
    service_file("billing", INTERNAL + "metrics: {}\n")
    service_file("ledger", INTERNAL + "metrics: {port: 9100, path: /internal/metrics}\n")
    service_file("mailer", "kind: worker\nimage: example:1\nmetrics: {port: 9100}\n")
    app = jobs(checkout)["app"]
    assert dns_targets(app) == {"billing.app.local:8080", "ledger.app.local:9100", "mailer.app.local:9100"}
    own = [rule for rule in app["relabel_configs"] if rule.get("target_label") == "__metrics_path__"]
    assert [(rule["regex"], rule["replacement"]) for rule in own] == [("ledger", "/internal/metrics")]


def test_log_routers_are_scraped_beside_the_services_that_have_one(checkout: Path, service_file: ServiceFile) -> None:
    service_file("billing", INTERNAL + "logs: {destination: cloudwatch}\n")
    service_file("report", "kind: scheduled-job\nimage: example:1\nschedule: {expression: rate(1 day)}\n")
    router = jobs(checkout)["fluent-bit"]
    assert router["metrics_path"] == "/api/v2/metrics/prometheus"
    names = ("mailer", "orders", "storefront")
    assert dns_targets(router) == {f"{name}.app.local:2020" for name in names}


def test_where_no_service_has_a_log_router_none_is_scraped(checkout: Path) -> None:
    dev = checkout / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("destination: opensearch", "destination: cloudwatch", 1))
    assert "fluent-bit" not in jobs(checkout)


@pytest.mark.parametrize("job", ["app", "ecs-exporter", "fluent-bit"])
def test_past_eight_tasks_ecs_is_asked_and_not_dns(checkout: Path, service_file: ServiceFile, job: str) -> None:
    service_file("billing", INTERNAL + "metrics: {}\nscaling: {max_tasks: 8}\n")
    service_file("ledger", INTERNAL + "metrics: {}\nscaling: {max_tasks: 9}\n")
    found = jobs(checkout)[job]
    port = found["aws_sd_configs"][0]["port"]
    assert f"billing.app.local:{port}" in dns_targets(found)
    assert f"ledger.app.local:{port}" not in dns_targets(found)
    (ecs,) = found["aws_sd_configs"]
    assert ecs["clusters"] == ["arn:aws:ecs:eu-west-1:123456789012:cluster/dev"]
    running = {"__meta_ecs_last_status": "RUNNING", "__address__": f"10.0.0.1:{port}"}
    assert kept(found, __address__=f"10.0.0.1:{port}", __meta_dns_name="billing.app.local")
    assert kept(found, __meta_ecs_service="ledger", **running)
    assert not kept(found, __meta_ecs_service="billing", **running)  # DNS has it already
    assert not kept(found, __meta_ecs_service="ledger", **(running | {"__address__": "10.0.0.1:1"}))
    assert not kept(found, __meta_ecs_service="ledger", **(running | {"__meta_ecs_last_status": "PENDING"}))


def test_a_range_that_is_planned_counts_as_well(checkout: Path, service_file: ServiceFile) -> None:
    rush = "{at: cron(0 7 ? * MON-FRI *), min_tasks: 9, max_tasks: 12}"
    service_file("ledger", INTERNAL + f"metrics: {{}}\nscaling:\n  max_tasks: 4\n  schedule:\n    rush: {rush}\n")
    assert "ledger.app.local:8080" not in dns_targets(jobs(checkout)["app"])


def test_only_what_may_grow_large_makes_prometheus_ask_ecs(checkout: Path) -> None:
    assert "aws_sd_configs" not in jobs(checkout, "dev")["ecs-exporter"]
    assert "aws_sd_configs" in jobs(checkout, "prod")["ecs-exporter"]


def test_alerts_go_to_alertmanager_by_name(checkout: Path) -> None:
    (alertmanager,) = rendered(checkout, "prometheus", CONFIG)["alerting"]["alertmanagers"]
    assert dns_targets(alertmanager) == {"alertmanager.app.local:9093"}
