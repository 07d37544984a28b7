"""ECS' verdict on a deployment decides how an apply ends, and a refusal comes with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.judge_deployment import RefusedError, evidence, judge, main

OLD, NEW = (f"arn:aws:ecs:eu-west-1:123456789012:task-definition/dev-orders:{number}" for number in (6, 7))
WHAT = {
    "GROUNDWORK_REGION": "eu-west-1",
    "GROUNDWORK_CLUSTER": "dev",
    "GROUNDWORK_TASK_DEFINITION": NEW,
    "GROUNDWORK_CONTAINER": "orders",
    "GROUNDWORK_LOG_GROUP": "/dev/services/orders",
    "GROUNDWORK_LEAST_TASKS": "2",
}
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/dev/0123"
PULL = "CannotPullContainerError: orders:v8 not found"


@pytest.fixture
def ecs() -> Any:
    return boto3.client("ecs", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def stub(ecs: Any) -> Iterator[Stubber]:
    with Stubber(ecs) as stub:
        yield stub
        stub.assert_no_pending_responses()


def a_deployment(id_: str, definition: str, state: str, *, primary: bool = True, reason: str = "") -> dict[str, Any]:
    status = "PRIMARY" if primary else "ACTIVE"
    return {
        "id": id_,
        "status": status,
        "taskDefinition": definition,
        "rolloutState": state,
        "rolloutStateReason": reason,
    }


def a_service(*deployments: dict[str, Any], running: int = 0, desired: int = 2) -> dict[str, Any]:
    events = [{"id": "1", "message": "tasks failed to start"}]
    return {"deployments": deployments, "runningCount": running, "desiredCount": desired, "events": events}


def seen(stub: Stubber, *services: dict[str, Any]) -> None:
    """ECS answers these, one after the other."""
    for service in services:
        stub.add_response("describe_services", {"services": [service]})


def started(stub: Stubber, id_: str, *, tasks: int) -> None:
    """ECS is asked for a deployment with so many tasks."""
    expected = {"cluster": "dev", "service": "orders", "desiredCount": tasks, "forceNewDeployment": True}
    answer = {"service": a_service(a_deployment(id_, NEW, "IN_PROGRESS"))}
    stub.add_response("update_service", answer, expected)


def test_it_waits_until_ecs_calls_the_deployment_completed(ecs: Any, stub: Stubber) -> None:
    beginning, old = a_deployment("2", NEW, "IN_PROGRESS"), a_deployment("1", OLD, "COMPLETED", primary=False)
    # All tasks run, but none is healthy yet: the provider would already call that steady.
    seen(stub, a_service(beginning, old, running=2), a_service(beginning, running=2))
    seen(stub, a_service(a_deployment("2", NEW, "COMPLETED"), running=2))
    assert judge(ecs, WHAT, poll_s=0) == 2


def test_a_rollback_is_refused_with_ecs_own_reason(ecs: Any, stub: Stubber) -> None:
    reason = "ECS deployment circuit breaker: tasks failed to start."
    seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS"), a_deployment("1", OLD, "COMPLETED", primary=False)))
    seen(stub, a_service(a_deployment("3", OLD, "IN_PROGRESS"), a_deployment("2", NEW, "FAILED", reason=reason)))
    with pytest.raises(RefusedError, match=f"ECS rolled orders back, it runs dev-orders:6 again: {reason}"):
        judge(ecs, WHAT, poll_s=0)


def test_an_answer_that_lags_behind_is_no_rollback(ecs: Any, stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", OLD, "COMPLETED"), running=2))
    seen(stub, a_service(a_deployment("2", NEW, "COMPLETED"), running=2))
    assert judge(ecs, WHAT, poll_s=0) == 2


def test_a_service_that_never_runs_the_new_tasks_is_refused(ecs: Any, stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", OLD, "COMPLETED"), running=2))
    with pytest.raises(RefusedError, match="dev-orders:6 again"):
        judge(ecs, WHAT, poll_s=0, patience_s=-1)


def test_a_first_release_that_fails_is_refused_as_soon_as_ecs_gives_up(ecs: Any, stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS")))
    seen(stub, a_service(a_deployment("1", NEW, "FAILED", reason="tasks failed to start.")))
    with pytest.raises(RefusedError, match="that it could roll back to: tasks failed to start"):
        judge(ecs, WHAT, poll_s=0)


def test_the_next_deploy_of_a_release_that_failed_tries_it_again(ecs: Any, stub: Stubber) -> None:
    failed = a_service(a_deployment("1", NEW, "FAILED"))
    seen(stub, failed, failed)
    started(stub, "2", tasks=2)
    seen(stub, a_service(a_deployment("2", NEW, "COMPLETED"), running=2))
    assert judge(ecs, WHAT, poll_s=0) == 2


def test_outside_office_hours_tasks_are_started_and_judged(ecs: Any, stub: Stubber) -> None:
    nothing_to_do = a_service(a_deployment("1", NEW, "COMPLETED"), desired=0)
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS"), desired=0), nothing_to_do, nothing_to_do)
    started(stub, "2", tasks=2)
    seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS")))
    seen(stub, a_service(a_deployment("3", NEW, "IN_PROGRESS"), a_deployment("2", NEW, "FAILED", primary=False)))
    with pytest.raises(RefusedError, match="rolled orders back"):
        judge(ecs, WHAT, poll_s=0)


def test_a_service_that_autoscaling_has_grown_is_not_shrunk(ecs: Any, stub: Stubber) -> None:
    failed = a_service(a_deployment("1", NEW, "FAILED"), desired=7)
    seen(stub, failed, failed)
    started(stub, "2", tasks=7)
    seen(stub, a_service(a_deployment("2", NEW, "COMPLETED"), running=7, desired=7))
    assert judge(ecs, WHAT, poll_s=0) == 7


def test_a_service_that_wants_no_task_is_judged_by_none(ecs: Any, stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "COMPLETED"), desired=0))
    assert judge(ecs, {**WHAT, "GROUNDWORK_LEAST_TASKS": "0"}, poll_s=0) == 0


def test_a_deployment_without_a_verdict_ends_red_too(ecs: Any, stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS"), running=1))
    with pytest.raises(RefusedError, match="has not judged orders: 1 of 2 tasks run"):
        judge(ecs, WHAT, poll_s=0.1, timeout_s=0.05)


def test_the_evidence_is_what_the_service_says_and_how_its_last_task_ended(ecs: Any, stub: Stubber) -> None:
    def task(number: int, definition: str, reason: str) -> dict[str, Any]:
        return {
            "taskArn": f"{TASK}{number}",
            "taskDefinitionArn": definition,
            "createdAt": datetime(2026, 11, 23, number, tzinfo=UTC),
            "stoppedReason": reason,
            "containers": [{"name": "orders", "reason": PULL}, {"name": "log-router", "exitCode": 0}],
        }

    seen(stub, a_service(a_deployment("1", NEW, "FAILED")))
    stub.add_response("list_tasks", {"taskArns": [TASK]})
    tasks = [task(1, NEW, "the first"), task(2, NEW, "Task failed to start"), task(3, OLD, "Scaling activity")]
    stub.add_response("describe_tasks", {"tasks": tasks})
    found = []
    for line in evidence(ecs, WHAT):
        found.append(line)
        if line.startswith("container log-router"):
            break  # what follows is the log, of another client
    assert found == [
        "event: tasks failed to start",
        "task 01232: Task failed to start",
        f"container orders: never started {PULL}",
        "container log-router: exit code 0",
    ]


def test_a_service_that_is_gone_is_told_without_a_traceback(ecs: Any, stub: Stubber) -> None:
    stub.add_response("describe_services", {"services": [], "failures": [{"reason": "MISSING"}]})
    seen(stub, a_service())  # it is being deleted
    for _ in range(2):
        with pytest.raises(RefusedError, match="no ECS service orders in the cluster dev"):
            judge(ecs, WHAT)


def test_without_an_answer_from_aws_the_apply_is_red(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    assert main(WHAT) == 1
    assert "nobody knows whether orders runs" in capsys.readouterr().err
