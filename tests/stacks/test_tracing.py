"""The collector of a service's traces: beside its tasks, told of by its variables, and able to do nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from config.models.service.container.sidecars import LEAST_FOR_ITSELF_MIB, OF_THE_PLATFORM_MIB
from config.models.service.monitoring.tracing import (
    COLLECTOR_MEMORY_MIB,
    HEALTH,
    OTEL_COLLECTOR,
    OTLP_GRPC,
    OTLP_HTTP,
    Tracing,
)
from config.models.service.service import Service
from tests.images.conftest import tags
from tests.synthesis import ROOT, SHOP, Checkout, Platform, Stack

CONFIG = ROOT / "docker/otel-collector/rootfs/etc/otel-collector/config.yml"
JOB = "kind: one-off\nimage: public.ecr.aws/nginx/nginx:1.29.1\ntracing: {}\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Prod, in which orders and a job are traced."""
    checkout = Checkout(tmp_path_factory.mktemp("tracing") / "checkout")
    orders = checkout.root / "service_configs/orders.yaml"
    own = "tracing: {sample_percent: 2.5}\nvariables: {OTEL_TRACES_SAMPLER: always_on}\n"
    orders.write_text(orders.read_text().replace("environments:\n", f"{own}environments:\n"))
    checkout.write("service_configs/report.yaml", JOB)
    return checkout.synthesize(only="prod")


def containers(stack: Stack) -> dict[str, dict[str, Any]]:
    definition = stack.one("aws_ecs_task_definition")
    return {one["name"]: one for one in json.loads(definition["container_definitions"])}


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container["environment"]}


@pytest.mark.parametrize("service", ["orders", "report"])
def test_a_collector_that_fails_is_started_anew_and_takes_nothing_along(platform: Platform, service: str) -> None:
    task = containers(platform[f"prod-service-{service}"])
    collector = task[OTEL_COLLECTOR]
    assert collector["essential"] is False
    assert collector["restartPolicy"] == {"enabled": True}
    assert collector["memory"] == COLLECTOR_MEMORY_MIB
    waited_for = [on["containerName"] for one in task.values() for on in one.get("dependsOn", [])]
    assert OTEL_COLLECTOR not in waited_for


def test_it_has_no_rights_that_it_does_not_need_and_no_way_in(platform: Platform) -> None:
    stack = platform["prod-service-orders"]
    collector = containers(stack)[OTEL_COLLECTOR]
    assert collector["readonlyRootFilesystem"] is True
    assert collector["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert "portMappings" not in collector
    opened = {rule["to_port"] for rule in stack.all("aws_vpc_security_group_ingress_rule")}
    assert not opened & {OTLP_GRPC, OTLP_HTTP, HEALTH}


@pytest.mark.parametrize("service", ["orders", "report"])
def test_the_task_may_send_traces_and_pull_the_collectors_image(platform: Platform, service: str) -> None:
    stack = platform[f"prod-service-{service}"]
    (role,) = stack.all("aws_iam_role", name=f"prod-{service}-task")
    (policy,) = stack.all("aws_iam_role_policy", role=stack.id_of(role), name="tracing")
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert statement["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    pulls = stack.one("aws_iam_role_policy", name="start-tasks")["policy"]
    assert f"repository/platform/{OTEL_COLLECTOR}" in pulls


def test_the_image_is_the_platforms_own_by_its_content(platform: Platform) -> None:
    image = containers(platform["prod-service-orders"])[OTEL_COLLECTOR]["image"]
    assert image.endswith(f"/platform/{OTEL_COLLECTOR}:{tags(SHOP, 'prod')[OTEL_COLLECTOR]}")


def test_the_code_finds_the_collector_by_the_variables_of_opentelemetry(platform: Platform) -> None:
    told = variables(containers(platform["prod-service-orders"])["orders"])
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://127.0.0.1:{OTLP_HTTP}"
    assert told["OTEL_SERVICE_NAME"] == "orders"
    assert "deployment.environment.name=prod" in told["OTEL_RESOURCE_ATTRIBUTES"].split(",")
    assert told["OTEL_TRACES_SAMPLER_ARG"] == "0.025"
    assert told["OTEL_METRICS_EXPORTER"] == told["OTEL_LOGS_EXPORTER"] == "none"


def test_a_variable_of_the_services_own_wins(platform: Platform) -> None:
    assert variables(containers(platform["prod-service-orders"])["orders"])["OTEL_TRACES_SAMPLER"] == "always_on"


@pytest.mark.parametrize(("percent", "argument"), [(0, "0"), (0.1, "0.001"), (5, "0.05"), (100, "1")])
def test_the_share_is_written_as_a_ratio(percent: float, argument: str) -> None:
    told = Tracing(sample_percent=percent).variables("orders", environment="dev", release="v1.2")
    assert told["OTEL_TRACES_SAMPLER_ARG"] == argument
    assert told["OTEL_RESOURCE_ATTRIBUTES"] == "deployment.environment.name=dev,service.version=v1.2"


def test_who_does_not_ask_has_none_of_it(platform: Platform) -> None:
    stack = platform["prod-service-storefront"]
    assert OTEL_COLLECTOR not in stack.text
    assert "OTEL_" not in stack.text
    assert "xray:" not in stack.text


def test_the_smallest_task_holds_it() -> None:
    smallest = Service.model_fields["memory_mib"].default
    assert smallest - OF_THE_PLATFORM_MIB - COLLECTOR_MEMORY_MIB >= LEAST_FOR_ITSELF_MIB


def test_its_configuration_listens_on_loopback_alone_and_within_its_memory() -> None:
    config = yaml.safe_load(CONFIG.read_text())
    protocols = config["receivers"]["otlp"]["protocols"]
    assert {name: its["endpoint"] for name, its in protocols.items()} == {
        "grpc": f"127.0.0.1:{OTLP_GRPC}",
        "http": f"127.0.0.1:{OTLP_HTTP}",
    }
    assert config["extensions"]["health_check"]["endpoint"] == f"127.0.0.1:{HEALTH}"
    assert config["service"]["telemetry"]["metrics"]["level"] == "none"
    limiter = config["processors"]["memory_limiter"]
    assert limiter["spike_limit_mib"] < limiter["limit_mib"] < COLLECTOR_MEMORY_MIB
    (pipeline,) = config["service"]["pipelines"].values()
    for kind, names in pipeline.items():
        assert set(names) == config[kind].keys(), "what is configured is used"
    assert pipeline["processors"][0] == "memory_limiter", "before anything is held"
