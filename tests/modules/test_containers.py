"""The containers of a task as ECS takes them: ports, sidecars, space, limits, and rights taken away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from config.models.environment.platform_service import alertmanager, cloudwatch_exporter, grafana, prometheus
from config.models.service.container.hardening import Capability
from config.models.service.container.resources import EPHEMERAL_WITHOUT_ASKING_GIB, UlimitName
from config.models.service.service import Service
from modules.ecs.container import container_definition
from modules.ecs.sidecars import exporter_container, router_container, sidecar_containers
from tests.settings import a_service, an_environment

ENVIRONMENT = an_environment()


@pytest.fixture(scope="module")
def ecs() -> dict[str, Any]:
    """AWS' own model of ECS."""
    model: dict[str, Any] = Loader().load_service_model("ecs", "service-2")
    return model


def own(service: Service) -> dict[str, Any]:
    return container_definition(ENVIRONMENT, service, log_group="/logs", secret_arns={}, variables={})


def exporting(service: Service) -> dict[str, Any]:
    return exporter_container(ENVIRONMENT, service, "ecs-exporter", tag="v1", log_group="/logs")


def beside(service: Service, **secrets: dict[str, str]) -> dict[str, dict[str, Any]]:
    given = {name: secrets.get(name, {}) for name in service.sidecars}
    return {its["name"]: its for its in sidecar_containers(ENVIRONMENT, service, secrets=given, log_group="/logs")}


FULL: dict[str, Any] = {
    "ports": {"admin": 9090, "web": 9000},
    "tmpfs": {"/tmp": 64},
    "ulimits": {"nofile": 65_535, "memlock": {"soft": -1, "hard": -1}},
    "user": 1000,
    "read_only_root": True,
    "init_process": True,
    "drop_capabilities": ["ALL"],
    "memory_mib": 1024,
    "cpu": 512,
    "sidecars": {
        "nginx": {
            "image": "a/nginx:1",
            "port": 8080,
            "health_check": {"command": ["CMD-SHELL", "nginx -t"]},
            "drop_capabilities": ["NET_RAW"],
        },
        "agent": {
            "image": "a/agent:1",
            "entrypoint": ["/agent"],
            "command": ["run"],
            "essential": False,
            "memory_mib": 64,
            "variables": {"SITE": "eu"},
            "secrets": {"KEY": "agent-key"},
            "user": "agent",
            "read_only_root": True,
        },
    },
}


def test_each_field_is_where_ecs_reads_it() -> None:
    container = own(a_service(**FULL))
    assert container["user"] == "1000"
    assert container["readonlyRootFilesystem"] is True
    assert container["linuxParameters"] == {
        "capabilities": {"drop": ["ALL"]},
        "initProcessEnabled": True,
        "tmpfs": [{"containerPath": "/tmp", "size": 64}],
    }
    assert container["ulimits"] == [
        {"name": "memlock", "softLimit": -1, "hardLimit": -1},
        {"name": "nofile", "softLimit": 65_535, "hardLimit": 65_535},
    ]


def test_without_a_field_nothing_is_said() -> None:
    said = {"user", "readonlyRootFilesystem", "linuxParameters", "ulimits", "dependsOn"}
    assert not said & own(a_service()).keys()


def test_a_sidecar_with_the_port_of_the_service_takes_its_requests() -> None:
    service = a_service(**FULL)
    assert [port["containerPort"] for port in own(service)["portMappings"]] == [9000, 9090]
    assert beside(service)["nginx"]["portMappings"] == [{"containerPort": 8080, "protocol": "tcp"}]


def test_the_service_starts_once_its_sidecars_are_healthy() -> None:
    assert own(a_service(**FULL))["dependsOn"] == [{"containerName": "nginx", "condition": "HEALTHY"}]


def test_a_sidecar_has_what_its_lines_say_and_no_more() -> None:
    containers = beside(a_service(**FULL), agent={"KEY": "arn:of-the-key"})
    agent = containers["agent"]
    assert {key: its for key, its in agent.items() if key != "logConfiguration"} == {
        "name": "agent",
        "image": "a/agent:1",
        "essential": False,
        "restartPolicy": {"enabled": True},
        "memory": 64,
        "environment": [{"name": "SITE", "value": "eu"}],
        "secrets": [{"name": "KEY", "valueFrom": "arn:of-the-key"}],
        "entryPoint": ["/agent"],
        "command": ["run"],
        "user": "agent",
        "readonlyRootFilesystem": True,
    }
    assert agent["logConfiguration"]["logDriver"] == "awslogs"
    assert "restartPolicy" not in containers["nginx"], "with an essential one the task ends"
    assert containers["nginx"]["linuxParameters"] == {"capabilities": {"drop": ["NET_RAW"]}}


def test_ecs_takes_every_container(ecs: dict[str, Any]) -> None:
    shape = ServiceModel(ecs).shape_for("ContainerDefinition")
    service = a_service(**FULL)
    for container in (own(service), *beside(service).values()):
        report = ParamValidator().validate(container, shape)
        assert not report.has_errors(), report.generate_report()


def test_the_limits_are_those_that_ecs_knows(ecs: dict[str, Any]) -> None:
    assert {its.value for its in UlimitName} == set(ecs["shapes"]["UlimitName"]["enum"])
    said = ecs["shapes"]["KernelCapabilities"]["members"]["drop"]["documentation"]
    assert {its.value for its in Capability} == set(re.findall(r'"([A-Z_]+)"', said))


def test_the_disk_is_of_the_sizes_that_fargate_sells(ecs: dict[str, Any]) -> None:
    said = ecs["shapes"]["EphemeralStorage"]["members"]["sizeInGiB"]["documentation"]
    least, most = (int(number) for number in re.findall(r"([0-9]+)</code> GiB", said))
    assert least == EPHEMERAL_WITHOUT_ASKING_GIB + 1
    for size in (least, most):
        assert a_service(ephemeral_gib=size).ephemeral_gib == size
    for size in (least - 1, most + 1):
        with pytest.raises(ValueError, match="ephemeral_gib"):
            a_service(ephemeral_gib=size)


def test_fargate_has_folders_in_memory(ecs: dict[str, Any]) -> None:
    """It has had them since January 2026; of what it has not, AWS' model says so."""
    members = ecs["shapes"]["LinuxParameters"]["members"]
    assert "Fargate" in members["sharedMemorySize"]["documentation"]
    assert "Fargate" not in members["tmpfs"]["documentation"]


@pytest.mark.parametrize(
    "service",
    [
        alertmanager(ENVIRONMENT, "v1"),
        cloudwatch_exporter("v1"),
        grafana(ENVIRONMENT, "v1"),
        prometheus(ENVIRONMENT, "v1"),
    ],
    ids=lambda service: service.name,
)
def test_the_platforms_own_programs_have_an_init_process_and_no_capability(service: Service) -> None:
    linux = own(service)["linuxParameters"]
    assert linux == {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True}
    keeps_files = service.name in ("alertmanager", "grafana")  # their scripts write settings where they start
    assert own(service).get("readonlyRootFilesystem", False) is not keeps_files


def test_the_containers_beside_every_service_have_no_capability() -> None:
    exporter = exporting(a_service())
    router = router_container(ENVIRONMENT, a_service(), tag="v1", log_group="/logs", host="logs.example.com")
    for container in (exporter, router):
        assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert exporter["readonlyRootFilesystem"]
    assert exporter["linuxParameters"]["initProcessEnabled"]


def test_an_internal_service_goes_on_serving_until_no_caller_has_its_address_any_more(ecs: dict[str, Any]) -> None:
    exporter = exporting(a_service(**FULL))
    # What others depend on is stopped after them: agent/engine/dependencygraph/graph.go, verifyShutdownOrder.
    assert exporter["dependsOn"] == [
        {"containerName": name, "condition": "START"} for name in ("orders", "agent", "nginx")
    ]
    assert exporter["environment"] == [{"name": "DEREGISTRATION_DELAY_SECONDS", "value": "20"}]
    assert exporter["stopTimeout"] > 20, "else ECS kills it before"
    shape = ServiceModel(ecs).shape_for("ContainerDefinition")
    assert ParamValidator().validate(exporter, shape).generate_report() == ""


def test_the_longest_delay_is_within_what_fargate_allows_a_container_to_take() -> None:
    slow = exporting(a_service(rollout={"deregistration_delay_s": 90}))
    assert slow["environment"][0]["value"] == "90"
    assert slow["stopTimeout"] <= 120


@pytest.mark.parametrize(
    "service",
    [
        a_service(rollout={"deregistration_delay_s": 0}),
        a_service(kind="public-web"),
        a_service(kind="worker"),
        a_service(scaling={"singleton": True}),
        prometheus(ENVIRONMENT, "v1"),
    ],
    ids=["as asked", "public-web", "worker", "singleton", "prometheus"],
)
def test_other_tasks_are_stopped_at_once(service: Service) -> None:
    assert not {"dependsOn", "environment", "stopTimeout"} & exporting(service).keys()
