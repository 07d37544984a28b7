"""An ECS service keeps what it is given and runs what it should."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.local_aws.supplement.conftest import Aws, Promise

SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]


def register(aws: Aws, image: str = "app:1") -> str:
    answer = aws("ecs").register_task_definition(
        family="orders", containerDefinitions=[{"name": "app", "image": image, "memory": 128}]
    )
    arn: str = answer["taskDefinition"]["taskDefinitionArn"]
    return arn


def create_service(aws: Aws, **settings: Any) -> None:
    aws("ecs").create_cluster(clusterName=aws.name)
    aws("ecs").create_service(
        cluster=aws.name,
        serviceName="orders",
        taskDefinition=register(aws),
        **{"desiredCount": 2, **settings},
    )


def service(aws: Aws) -> dict[str, Any]:
    answer = aws("ecs").describe_services(cluster=aws.name, services=["orders"], include=["TAGS"])
    found: dict[str, Any] = answer["services"][0]
    return found


@pytest.mark.parametrize(
    "setting",
    [
        {"capacityProviderStrategy": SPOT},
        {"availabilityZoneRebalancing": "ENABLED"},
        {"enableExecuteCommand": True},
        {"enableECSManagedTags": True},
        {"healthCheckGracePeriodSeconds": 60},
        {"placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}]},
        {"placementConstraints": [{"type": "memberOf", "expression": "attribute:a == b"}]},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_a_service_keeps_its(supplement_keeps: Callable[[Promise], None], setting: dict[str, Any]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws, **setting)
        assert {name: service(aws).get(name) for name in setting} == setting


def test_deployment_settings_are_complete_and_change_one_by_one(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    breaker = {"enable": True, "rollback": True}

    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
        aws("ecs").update_service(cluster=aws.name, service="orders", deploymentConfiguration={"maximumPercent": 150})
        assert service(aws)["deploymentConfiguration"] == {
            "deploymentCircuitBreaker": breaker,
            "maximumPercent": 150,
            "minimumHealthyPercent": 100,
        }


def test_without_launch_type_and_strategy_the_clusters_strategy_holds(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("ecs").create_cluster(
            clusterName=aws.name, capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=SPOT
        )
        created = aws("ecs").create_service(
            cluster=aws.name, serviceName="orders", taskDefinition=register(aws), desiredCount=1
        )["service"]
        assert created["capacityProviderStrategy"] == SPOT
        assert "launchType" not in created


def test_a_service_outside_a_vpc_has_no_network_configuration(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        assert "networkConfiguration" not in service(aws)


def test_every_wanted_task_runs(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        assert (service(aws)["runningCount"], service(aws)["pendingCount"]) == (2, 0)
        cluster = aws("ecs").describe_clusters(clusters=[aws.name])["clusters"][0]
        assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (2, 0)


def test_a_memory_reservation_is_enough_on_ec2(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("ecs").register_task_definition(
            family="prometheus",
            requiresCompatibilities=["EC2"],
            containerDefinitions=[{"name": "a", "image": "b", "memoryReservation": 64}],
        )


def test_one_request_does_not_decide_whether_another_gets_tags() -> None:
    """Two threads that ask with and without tags would show it too, once in a thousand times."""
    ask = """
from moto.ecs.responses import EC2ContainerServiceResponse as Response
Response()._exclude_from_response("tags")
print("tags" in Response.RESPONSE_KEY_PATH_TO_TRANSFORMER)
"""

    def shared(setup: str) -> str:
        return subprocess.check_output([sys.executable, "-c", setup + ask], text=True).strip()

    assert shared("") == "True"  # else moto has mended it: drop the patch
    assert shared("from local_aws import supplement; supplement.apply()") == "False"
