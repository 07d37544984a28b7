"""Deployments finish, are remembered, and fail when a test wants them to."""

from __future__ import annotations

import time
from collections.abc import Callable

from local_aws.endpoint import Endpoint
from tests.local_aws.supplement.conftest import Aws, Promise
from tests.local_aws.supplement.test_ecs import create_service, register, service


def _fail_next(aws: Aws, name: str, *, which: str = "next") -> int:
    path = f"/moto-api/groundwork/ecs/fail-{which}-deployment"
    endpoint = Endpoint(port=aws.port, pid=0)
    return endpoint.request("POST", f"{path}?cluster={aws.name}&service={name}")[0]


def _update(aws: Aws, task_definition: str) -> None:
    aws("ecs").update_service(cluster=aws.name, service="orders", taskDefinition=task_definition)


def _history(aws: Aws) -> list[str]:
    listed = aws("ecs").list_service_deployments(cluster=aws.name, service="orders")["serviceDeployments"]
    arns = [one["serviceDeploymentArn"] for one in listed]
    described = aws("ecs").describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
    return [one["status"] for one in described]


def test_a_deployment_completes(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        second = register(aws, "app:2")
        _update(aws, second)
        assert service(aws)["taskDefinition"] == second
        (deployment,) = service(aws)["deployments"]
        assert deployment["taskDefinition"] == second
        assert deployment["rolloutState"] == "COMPLETED"
        assert deployment["runningCount"] == deployment["desiredCount"] == 2


def test_deployments_are_remembered(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        _update(aws, register(aws, "app:2"))
        assert _history(aws) == ["SUCCESSFUL", "SUCCESSFUL"]


def test_scaling_is_no_deployment(aws: Aws) -> None:
    create_service(aws)
    (before,) = service(aws)["deployments"]
    aws("ecs").update_service(cluster=aws.name, service="orders", desiredCount=5)
    (after,) = service(aws)["deployments"]
    assert (after["id"], after["runningCount"], service(aws)["runningCount"]) == (before["id"], 5, 5)


def test_a_test_can_have_the_next_deployment_rolled_back(aws: Aws) -> None:
    create_service(aws)
    first, second = service(aws)["taskDefinition"], register(aws, "app:2")
    assert _fail_next(aws, "orders") == 200

    _update(aws, second)
    assert service(aws)["taskDefinition"] == first
    running, failed = service(aws)["deployments"]
    assert (running["status"], running["rolloutState"], running["taskDefinition"]) == (
        "PRIMARY",
        "COMPLETED",
        first,
    )
    assert (failed["rolloutState"], failed["taskDefinition"]) == ("FAILED", second)
    assert "tasks failed to start" in failed["rolloutStateReason"]
    assert "deployment failed" in service(aws)["events"][0]["message"]
    assert _history(aws) == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]

    _update(aws, second)
    assert service(aws)["taskDefinition"] == second
    assert [one["rolloutState"] for one in service(aws)["deployments"]] == ["COMPLETED"]


def test_a_misspelt_service_to_fail_is_told(aws: Aws) -> None:
    create_service(aws)
    assert _fail_next(aws, "odrers") == 400


def _comes_to_an_end(aws: Aws) -> str:
    """How the only deployment ends that has just begun and runs nothing."""
    (begun,) = service(aws)["deployments"]
    assert (begun["status"], begun["rolloutState"], service(aws)["runningCount"]) == ("PRIMARY", "IN_PROGRESS", 0)
    deadline = time.monotonic() + 60
    while (deployment := service(aws)["deployments"][0])["rolloutState"] == "IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert deployment["id"] == begun["id"]
    return str(deployment["rolloutState"])


def test_a_test_can_have_the_first_deployment_fail_with_nothing_to_roll_back_to(aws: Aws) -> None:
    assert _fail_next(aws, "orders", which="first") == 200
    create_service(aws)
    assert _comes_to_an_end(aws) == "FAILED"
    assert (service(aws)["desiredCount"], service(aws)["runningCount"]) == (2, 0)
    assert "deployment failed" in service(aws)["events"][0]["message"]

    aws("ecs").update_service(cluster=aws.name, service="orders", forceNewDeployment=True)
    assert _comes_to_an_end(aws) == "FAILED", "what is broken stays so"

    _update(aws, register(aws, "app:2"))
    (second,) = service(aws)["deployments"]
    assert (second["rolloutState"], second["runningCount"], service(aws)["runningCount"]) == ("COMPLETED", 2, 2)


def test_a_service_that_is_there_has_had_its_first_deployment(aws: Aws) -> None:
    create_service(aws)
    assert _fail_next(aws, "orders", which="first") == 400


def test_the_revision_of_each_deployment_is_known(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        second = register(aws, "app:2")
        _update(aws, second)
        newest, oldest = aws("ecs").list_service_deployments(cluster=aws.name, service="orders")["serviceDeployments"]
        arns = [one["targetServiceRevisionArn"] for one in (newest, oldest)]
        revisions = aws("ecs").describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
        ran = {one["serviceRevisionArn"]: one["taskDefinition"] for one in revisions}
        assert ran[arns[0]] == second
        assert ran[arns[1]] != second


def test_a_test_can_have_the_next_release_crash_although_its_deployment_completes(aws: Aws) -> None:
    create_service(aws)
    second = register(aws, "app:2")
    assert _crash_next(aws, "orders") == 200
    _update(aws, second)
    assert service(aws)["deployments"][0]["rolloutState"] == "COMPLETED"

    def stopped(name: str) -> list[str]:
        arns = aws("ecs").list_tasks(cluster=aws.name, serviceName=name, desiredStatus="STOPPED")["taskArns"]
        return list(arns)

    (task,) = aws("ecs").describe_tasks(cluster=aws.name, tasks=stopped("orders"))["tasks"]
    assert (task["taskDefinitionArn"], task["stopCode"]) == (second, "EssentialContainerExited")
    assert task["containers"][0]["exitCode"] == 1
    assert stopped("another") == []
    _update(aws, register(aws, "app:3"))
    assert len(stopped("orders")) == 1, "only that one"


def _crash_next(aws: Aws, name: str) -> int:
    path = "/moto-api/groundwork/ecs/crash-next-deployment"
    return Endpoint(port=aws.port, pid=0).request("POST", f"{path}?cluster={aws.name}&service={name}")[0]
