"""Running one task to its end: the exit code decides, and a failure shows its log."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.run_task import exit_code, run

WHAT = {
    "GROUNDWORK_REGION": "eu-west-1",
    "GROUNDWORK_CLUSTER": "dev",
    "GROUNDWORK_TASK_DEFINITION": "dev-migrate:3",
    "GROUNDWORK_CONTAINER": "migrate",
    "GROUNDWORK_LOG_GROUP": "/dev/services/migrate",
    "GROUNDWORK_SUBNETS": "subnet-1,subnet-2",
    "GROUNDWORK_SECURITY_GROUP": "sg-1",
}
ARN = "arn:aws:ecs:eu-west-1:123456789012:task/dev/0123"


def a_task(status: str, code: int | None = None) -> dict[str, Any]:
    container = {"name": "migrate", **({} if code is None else {"exitCode": code})}
    return {"taskArn": ARN, "lastStatus": status, "containers": [container]}


@pytest.fixture
def ecs() -> Any:
    return boto3.client("ecs", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")


def test_it_waits_until_the_task_has_stopped(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        stub.add_response("run_task", {"tasks": [a_task("PROVISIONING")], "failures": []})
        for status in ("PENDING", "RUNNING"):
            stub.add_response("describe_tasks", {"tasks": [a_task(status)]})
        stub.add_response("describe_tasks", {"tasks": [a_task("STOPPED", 0)]})
        task = run(ecs, WHAT, poll_s=0)
        stub.assert_no_pending_responses()
    assert exit_code(task, "migrate") == 0


def test_a_task_runs_in_private_without_a_public_address(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        expected = {
            "cluster": "dev",
            "taskDefinition": "dev-migrate:3",
            "count": 1,
            "launchType": "FARGATE",
            "startedBy": "groundwork",
            "propagateTags": "TASK_DEFINITION",
            "enableECSManagedTags": True,
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ["subnet-1", "subnet-2"],
                    "securityGroups": ["sg-1"],
                    "assignPublicIp": "DISABLED",
                }
            },
        }
        stub.add_response("run_task", {"tasks": [a_task("STOPPED", 0)], "failures": []}, expected)
        stub.add_response("describe_tasks", {"tasks": [a_task("STOPPED", 0)]})
        run(ecs, WHAT, poll_s=0)


def test_a_task_that_cannot_be_placed_says_why(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        stub.add_response("run_task", {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]})
        with pytest.raises(RuntimeError, match="RESOURCE:CPU"):
            run(ecs, WHAT, poll_s=0)


def test_a_task_that_does_not_end_is_left_running_and_named(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        stub.add_response("run_task", {"tasks": [a_task("RUNNING")], "failures": []})
        with pytest.raises(TimeoutError, match=ARN):
            run(ecs, WHAT, poll_s=0, timeout_s=0)


def test_a_container_that_never_started_has_no_exit_code() -> None:
    assert exit_code(a_task("STOPPED"), "migrate") is None  # type: ignore[arg-type]
