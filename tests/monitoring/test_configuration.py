"""The configuration of Alertmanager, Grafana and the CloudWatch exporter, and the pinned bases."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from configparser import ConfigParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from config.models.environment.network import ENDPOINTS_WITHOUT_NAT
from config.source.problem import ConfigError
from images.catalog import PLATFORM_IMAGES
from monitoring import alertmanager, cloudwatch_exporter, grafana
from tests.images.conftest import contexts, rendered, tags
from tests.synthesis import ROOT, SHOP

ENDPOINTS = ", ".join(sorted(ENDPOINTS_WITHOUT_NAT))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of tests/shop, whose dev has a NAT gateway."""
    root = Path(shutil.copytree(SHOP, tmp_path / "checkout"))
    use_nat(root, "single")
    return root


def test_alerts_go_to_the_environments_own_topic(checkout: Path) -> None:
    config = rendered(checkout, "alertmanager", alertmanager.CONFIG, "prod")
    receiver, heartbeat = config["receivers"]
    (sns,) = receiver["sns_configs"]
    assert config["route"]["receiver"] == receiver["name"]
    assert {way["receiver"] for way in config["route"]["routes"]} == {receiver["name"], heartbeat["name"]}
    assert sns["topic_arn"] == "arn:aws:sns:eu-west-1:123456789012:prod-alerts"
    assert sns["sigv4"] == {"region": "eu-west-1"}
    assert sns["send_resolved"] is True


def test_data_sources_have_fixed_uids_and_need_no_plugin_but_that_for_logs(checkout: Path) -> None:
    config = rendered(checkout, "grafana", grafana.DATA_SOURCES)
    by_uid = {source["uid"]: source for source in config["datasources"]}
    assert {uid: source["type"] for uid, source in by_uid.items()} == {
        "prometheus": "prometheus",
        "alertmanager": "alertmanager",
        "cloudwatch": "cloudwatch",
    }
    assert by_uid["prometheus"]["url"] == "http://prometheus.app.local:9090"
    assert not any(source["editable"] for source in config["datasources"])


def test_dashboards_are_read_from_a_folder_that_the_image_has(checkout: Path) -> None:
    (provider,) = rendered(checkout, "grafana", grafana.DASHBOARD_PROVIDERS)["providers"]
    folder = f"rootfs{provider['options']['path']}/"
    assert any(file.path.startswith(folder) for file in contexts(checkout)["grafana"].files)


def yace_jobs(root: Path, environment: str = "dev") -> list[dict[str, Any]]:
    config = rendered(root, "cloudwatch-exporter", cloudwatch_exporter.CONFIG, environment)
    return list(config["discovery"]["jobs"])


def remove_databases(root: Path) -> None:
    file = root / "service_configs/orders.yaml"
    file.write_text(re.sub(r"(?m)^database:.*\n(?:  .*\n)*", "", file.read_text()))


def remove_queues(root: Path) -> None:
    file = root / "service_configs/mailer.yaml"
    text = re.sub(r"(?m)^queues:.*\n(?:  .*\n)*", "", file.read_text())
    file.write_text(text.replace("  messages_per_task: 100\n", ""))


def use_nat(root: Path, nat: str) -> None:
    file = root / "environments/dev.yaml"
    file.write_text(re.sub(r"nat: [\w-]+", f"nat: {nat}", file.read_text()))


def use_a_nat_instance(root: Path) -> None:
    use_nat(root, "instance")


def remove_nat(root: Path) -> None:
    for service in (root / "service_configs").glob("*.yaml"):  # there is no way to a public registry then
        service.write_text(re.sub(r"(?m)^image: .*\n", "", service.read_text()))
    use_nat(root, f"none\n  interface_endpoints: [email, sqs, {ENDPOINTS}]")


def keep_logs_in_cloudwatch(root: Path) -> None:
    file = root / "environments/dev.yaml"
    file.write_text(file.read_text().replace("destination: opensearch", "destination: cloudwatch", 1))


def keep_each_log_in_cloudwatch(root: Path) -> None:
    for file in (root / "service_configs").glob("*.yaml"):
        file.write_text(file.read_text() + "logs: {destination: cloudwatch}\n")


def remove_services(root: Path) -> None:
    for file in (root / "service_configs").glob("*.yaml"):
        file.unlink()


def test_cloudwatch_finds_this_environment_alone(checkout: Path) -> None:
    for job in yace_jobs(checkout):
        assert job["searchTags"][0] == {"key": "groundwork:environment", "value": "^dev$"}
        assert job["regions"] == ["eu-west-1"]


def test_of_queues_cloudwatch_is_asked_about_those_of_services_alone(checkout: Path) -> None:
    """An alarm of its own looks at what a schedule could not start; the other queues are paid for by their services."""
    (queues,) = (job for job in yace_jobs(checkout) if job["type"] == "AWS/SQS")
    _, stack = queues["searchTags"]
    assert stack == {"key": "groundwork:stack", "value": "^storage-"}
    assert all(len(job["searchTags"]) == 1 for job in yace_jobs(checkout) if job["type"] != "AWS/SQS")


def test_load_balancer_database_nat_and_search_are_watched(checkout: Path) -> None:
    namespaces = {job["type"] for job in yace_jobs(checkout)}
    assert namespaces == {
        "AWS/ApplicationELB",
        "AWS/WAFV2",
        "AWS/RDS",
        "AWS/SQS",
        "AWS/NATGateway",
        "AWS/AOSS",
    }


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (remove_databases, {"AWS/RDS"}),
        (remove_nat, {"AWS/NATGateway"}),
        (use_a_nat_instance, {"AWS/NATGateway"}),
        (keep_logs_in_cloudwatch, {"AWS/AOSS"}),
        (keep_each_log_in_cloudwatch, {"AWS/AOSS"}),
        (remove_queues, {"AWS/SQS"}),
        (remove_services, {"AWS/RDS", "AWS/SQS", "AWS/AOSS"}),
    ],
)
def test_cloudwatch_is_not_asked_about_what_there_is_not(
    checkout: Path, without: Callable[[Path], None], missing: set[str]
) -> None:
    """Such a job finds no resource, and logs that as an error every five minutes."""
    before = {job["type"] for job in yace_jobs(checkout)}
    without(checkout)
    assert before - {job["type"] for job in yace_jobs(checkout)} == missing


def test_storage_and_compute_units_are_sums_of_one_minute(checkout: Path) -> None:
    levels = {metric["name"]: metric for job in yace_jobs(checkout) for metric in job["metrics"]}
    for name in ("IndexingOCU", "SearchOCU", "StorageUsedInS3"):
        assert (levels[name]["statistics"], levels[name]["period"]) == (["Sum"], 60), name


def test_no_metric_is_counted_twice(checkout: Path) -> None:
    jobs = yace_jobs(checkout)
    assert all(job["dimensionNameRequirements"] for job in jobs)
    for one, other in combinations(jobs, 2):
        same = one["type"] == other["type"]
        assert not (same and one["dimensionNameRequirements"] == other["dimensionNameRequirements"])


def test_a_missing_level_is_never_read_as_zero(checkout: Path) -> None:
    zeroed = {metric["name"] for job in yace_jobs(checkout) for metric in job["metrics"] if metric["nilToZero"]}
    levels = {"FreeStorageSpace", "BurstBalance", "CPUCreditBalance", "EBSIOBalance%", "HealthyHostCount"}
    assert not zeroed & levels
    assert {"HTTPCode_ELB_5XX_Count", "ErrorPortAllocation"} <= zeroed


def test_every_image_has_a_base_a_health_check_and_a_title(checkout: Path) -> None:
    for image in PLATFORM_IMAGES:
        files = {file.path: file.content.decode() for file in contexts(checkout)[image.name].files}
        dockerfile = files["Dockerfile"]
        assert "\nARG BASE=" in dockerfile
        assert "\nHEALTHCHECK " in dockerfile
        assert f'org.opencontainers.image.title="{image.name}"' in dockerfile


def test_all_but_the_log_router_give_up_root(checkout: Path) -> None:
    users = {
        name: [
            line.split()[1]
            for file in context.files
            if file.path == "Dockerfile"
            for line in file.content.decode().splitlines()
            if line.startswith("USER ")
        ]
        for name, context in contexts(checkout).items()
    }
    nobody = ["65534:65534"]
    assert users == {
        "alertmanager": nobody,
        "blackbox-exporter": nobody,
        "cloudwatch-exporter": nobody,
        "database-roles": nobody,
        "ecs-exporter": nobody,
        "fluent-bit": [],
        "grafana": ["472"],
        "otel-collector": nobody,
        "postgres-exporter": nobody,
        "prometheus": nobody,
    }


@pytest.mark.parametrize("reference", ["grafana/grafana", "grafana/grafana:latest", "grafana/grafana:13", ""])
def test_a_base_that_may_move_is_refused(checkout: Path, reference: str) -> None:
    bases = checkout / "docker/bases.yaml"
    bases.write_text(bases.read_text().replace("docker.io/grafana/grafana:13.2.3", f'"{reference}"'))
    with pytest.raises(ConfigError, match=r"docker/bases\.yaml:6: grafana: ") as caught:
        contexts(checkout)
    assert "one exact version" in str(caught.value)


def test_a_missing_base_is_named(checkout: Path) -> None:
    (checkout / "docker/bases.yaml").write_text("prometheus: quay.io/prometheus/prometheus:v3.14.0\n")
    with pytest.raises(ConfigError, match="fluent-bit: is missing"):
        contexts(checkout)


@pytest.mark.parametrize(
    ("was", "wrong", "place", "allowed"),
    [
        ("&arch={arch}", "&arch=amd64", "18: grafana-opensearch.url", "an address with {arch}"),
        ("https://grafana.com", "grafana.com", "18: grafana-opensearch.url", "an address with {arch}"),
        ("amd64: eb50", "amd64: EB50", "20: grafana-opensearch.sha256.amd64", "64 hexadecimal digits"),
        ("  arm64: 25f6", "  riscv: 25f6", "", "arm64"),
    ],
)
def test_a_plugin_that_is_not_pinned_is_refused(checkout: Path, was: str, wrong: str, place: str, allowed: str) -> None:
    bases = checkout / "docker/bases.yaml"
    assert was in bases.read_text()
    bases.write_text(bases.read_text().replace(was, wrong))
    with pytest.raises(ConfigError) as caught:
        contexts(checkout)
    assert f"docker/bases.yaml:{place}" in str(caught.value)
    assert allowed in str(caught.value)


def test_another_plugin_is_another_image_of_grafana_and_of_nothing_else(checkout: Path) -> None:
    before = tags(checkout)
    bases = checkout / "docker/bases.yaml"
    bases.write_text(bases.read_text().replace("versions/2.34.4/", "versions/2.34.5/"))
    assert {name for name, tag in tags(checkout).items() if before[name] != tag} == {"grafana"}


def test_grafana_lets_the_plugin_see_the_tasks_role_and_load_no_other() -> None:
    settings = ConfigParser()
    assert settings.read(ROOT / "docker/grafana/rootfs/etc/grafana/grafana.ini")
    plugins = settings["plugins"]
    assert plugins["forward_host_env_vars"].split(", ") == [grafana.OPENSEARCH, grafana.CLOUDWATCH]
    assert plugins["preinstall_disabled"] == "true"
    assert "allow_loading_unsigned_plugins" not in plugins
    assert settings["auth"]["sigv4_auth_enabled"] == "true"
    assert settings["aws"]["allowed_auth_providers"] == "default"
