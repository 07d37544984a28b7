"""ECS as the tests of rollouts/ have it answer: botocore checks each call and answer against its model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from rollouts.contract import JudgeRequest, RunRequest
from rollouts.pace import Pace

OLD, NEW = (f"arn:aws:ecs:eu-west-1:123456789012:task-definition/dev-orders:{number}" for number in (6, 7))
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/dev/0123"
AT_ONCE = Pace(ends=float("inf"), poll_s=0, longest_watch_s=0)
"""Asks without a pause, and watches no longer than one look."""
JUDGE: JudgeRequest = {
    "do": "judge",
    "cluster": "dev",
    "service": "orders",
    "service_id": "arn:aws:ecs:eu-west-1:111122223333:service/dev/orders",
    "task_definition": NEW,
    "log_group": "/dev/services/orders",
    "least_tasks": 2,
    "watch_s": 90,
    "timeout_s": 1800,
    "last": False,
}
RUN: RunRequest = {
    "do": "run",
    "cluster": "dev",
    "task_definition": "dev-migrate:3",
    "family": "dev-migrate",
    "container": "migrate",
    "log_group": "/dev/services/migrate",
    "subnets": "subnet-1,subnet-2",
    "security_group": "sg-1",
    "database": "database-1",
    "work": "orders:v1 0a",
    "timeout_s": 3600,
    "last": False,
}


def now() -> datetime:
    """Of this very moment: a run of tests takes minutes."""
    return datetime.now(UTC)


@contextmanager
def stubbed(monkeypatch: Any, *modules: str, service: str = "ecs") -> Iterator[Stubber]:
    """What these modules of rollouts/ ask of boto3 is this stub, all of whose answers must be asked for."""
    client = boto3.Session("test", "test", region_name="eu-west-1").client(service)  # type: ignore[call-overload]
    for module in modules:
        monkeypatch.setattr(f"rollouts.{module}.boto3.client", lambda _name: client)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def a_deployment(
    id_: str, definition: str, state: str, *, primary: bool = True, reason: str = "", running: int = 2
) -> dict[str, Any]:
    return {
        "id": id_,
        "status": "PRIMARY" if primary else "ACTIVE",
        "taskDefinition": definition,
        "rolloutState": state,
        "rolloutStateReason": reason,
        "runningCount": running,
        "desiredCount": 2,
        "createdAt": now(),
        "updatedAt": now(),
    }


def a_service(*deployments: dict[str, Any], running: int = 0, desired: int = 2, said: str = "") -> dict[str, Any]:
    events = [{"id": "1", "createdAt": now(), "message": said or "tasks failed to start"}]
    return {"deployments": deployments, "runningCount": running, "desiredCount": desired, "events": events}


def a_stopped_task(
    number: int = 1, definition: str = NEW, code: str = "EssentialContainerExited", reason: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "taskArn": f"{TASK}{number}",
        "taskDefinitionArn": definition,
        "createdAt": now().replace(hour=number),
        "stoppedAt": now(),
        "stopCode": code,
        "stoppedReason": reason or "Essential container in task exited",
        **more,
    }


def seen(stub: Stubber, *services: dict[str, Any]) -> None:
    """ECS answers these, one after the other."""
    for service in services:
        stub.add_response("describe_services", {"services": [service]})


def stopped(stub: Stubber, *tasks: dict[str, Any]) -> None:
    """ECS lists these when it is asked for the service's tasks that have stopped."""
    stub.add_response("list_tasks", {"taskArns": [task["taskArn"] for task in tasks]})
    if tasks:
        stub.add_response("describe_tasks", {"tasks": list(tasks)})
