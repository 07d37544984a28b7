"""The verdict on a rollout: ECS', and after it that of the tasks, which must keep running."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from rollouts.contract import JudgeRequest
from rollouts.judge import judge
from rollouts.pace import Pace
from rollouts.refusal import RolloutError
from tests.rollouts.stubs import (
    AT_ONCE,
    JUDGE,
    NEW,
    OLD,
    a_deployment,
    a_service,
    a_stopped_task,
    now,
    seen,
    stopped,
    stubbed,
)

COMPLETED = a_service(a_deployment("2", NEW, "COMPLETED"), running=2)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(monkeypatch, "judge") as stub:
        monkeypatch.setattr("rollouts.evidence.last_lines", lambda *_: ["the last line"])
        yield stub


def started(stub: Stubber, id_: str, *, tasks: int) -> None:
    """ECS is asked for a deployment with so many tasks."""
    expected = {"cluster": "dev", "service": "orders", "desiredCount": tasks, "forceNewDeployment": True}
    stub.add_response("update_service", {"service": a_service(a_deployment(id_, NEW, "IN_PROGRESS"))}, expected)


def refusal(
    stub: Stubber, *, pace: Pace = AT_ONCE, so_far: dict[str, Any] | None = None, what: JudgeRequest = JUDGE
) -> str:
    """What is said when it is refused; ECS knows of no stopped task then."""
    stopped(stub)
    with pytest.raises(RolloutError) as caught:
        judge(what, so_far or {}, pace)
    return str(caught.value)


def test_it_waits_until_ecs_calls_the_deployment_completed_and_then_looks_at_the_tasks(stub: Stubber) -> None:
    beginning, old = a_deployment("2", NEW, "IN_PROGRESS"), a_deployment("1", OLD, "COMPLETED", primary=False)
    # All tasks run, but none is healthy yet: the provider would already call that steady.
    seen(stub, a_service(beginning, old, running=2), a_service(beginning, running=2), COMPLETED, COMPLETED)
    stopped(stub)
    result = judge(JUDGE, {}, AT_ONCE)
    assert result == {"verdict": "runs", "tasks": 2, "said": "orders runs dev-orders:7 in 2 tasks"}


def test_a_rollback_is_refused_with_ecs_own_reason_and_its_events(stub: Stubber) -> None:
    reason = "ECS deployment circuit breaker: tasks failed to start."
    seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS"), a_deployment("1", OLD, "COMPLETED", primary=False)))
    seen(stub, a_service(a_deployment("3", OLD, "IN_PROGRESS"), a_deployment("2", NEW, "FAILED", reason=reason)))
    said = refusal(stub)
    assert said == (f"ECS rolled orders back, it runs dev-orders:6 again: {reason}\n  event: tasks failed to start")


def test_an_answer_that_lags_behind_is_no_rollback(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", OLD, "COMPLETED"), running=2), COMPLETED, COMPLETED)
    stopped(stub)
    assert judge(JUDGE, {}, AT_ONCE)["tasks"] == 2


def test_an_answer_without_a_primary_deployment_is_waited_over(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS", primary=False)), COMPLETED, COMPLETED)
    stopped(stub)
    assert judge(JUDGE, {}, AT_ONCE)["tasks"] == 2


def test_a_service_that_never_runs_the_new_tasks_is_refused(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", OLD, "COMPLETED"), running=2))
    assert "dev-orders:6 again" in refusal(stub, so_far={"begun": time.time() - 30})


def test_a_first_release_that_fails_is_refused_as_soon_as_ecs_gives_up(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS")))
    seen(stub, a_service(a_deployment("1", NEW, "FAILED", reason="tasks failed to start.")))
    assert "that it could roll back to: tasks failed to start." in refusal(stub)


def test_the_next_deploy_of_a_release_that_failed_tries_it_again(stub: Stubber) -> None:
    failed = a_service(a_deployment("1", NEW, "FAILED"))
    seen(stub, failed, failed)
    started(stub, "2", tasks=2)
    seen(stub, COMPLETED, COMPLETED)
    stopped(stub)
    assert judge(JUDGE, {}, AT_ONCE)["tasks"] == 2


def test_outside_office_hours_tasks_are_started_and_judged(stub: Stubber) -> None:
    nothing_to_do = a_service(a_deployment("1", NEW, "COMPLETED"), desired=0)
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS"), desired=0), nothing_to_do, nothing_to_do)
    started(stub, "2", tasks=2)
    seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS")))
    seen(stub, a_service(a_deployment("3", NEW, "IN_PROGRESS"), a_deployment("2", NEW, "FAILED", primary=False)))
    assert "rolled orders back" in refusal(stub)


def test_a_service_that_autoscaling_has_grown_is_not_shrunk(stub: Stubber) -> None:
    failed = a_service(a_deployment("1", NEW, "FAILED"), desired=7)
    seen(stub, failed, failed)
    started(stub, "2", tasks=7)
    grown = a_service(a_deployment("2", NEW, "COMPLETED"), running=7, desired=7)
    seen(stub, grown, grown)
    stopped(stub)
    assert judge(JUDGE, {}, AT_ONCE)["tasks"] == 7


def test_a_service_that_wants_no_task_is_judged_by_none(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "COMPLETED"), desired=0))
    assert "nothing was judged" in judge({**JUDGE, "least_tasks": 0}, {}, AT_ONCE)["said"]


def test_a_deployment_without_a_verdict_ends_red_too(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("1", NEW, "IN_PROGRESS"), running=1))
    assert "orders is not judged yet: 1 of 2 tasks run" in refusal(stub, what={**JUDGE, "timeout_s": -1})


def test_what_takes_longer_than_an_invocation_is_handed_over_and_the_last_one_is_red(stub: Stubber) -> None:
    no_time = Pace(ends=0, poll_s=0, longest_watch_s=0)
    running = a_service(a_deployment("2", NEW, "IN_PROGRESS"), running=1)
    seen(stub, running)
    handed = judge(JUDGE, {}, no_time)
    assert handed["deployment"] == "2"
    seen(stub, running)
    assert "not judged yet" in refusal(stub, pace=no_time, so_far=handed, what={**JUDGE, "last": True})


def test_a_service_that_is_gone_is_told(stub: Stubber) -> None:
    stub.add_response("describe_services", {"services": [], "failures": [{"reason": "MISSING"}]})
    assert "no ECS service orders in the cluster dev" in refusal(stub)
    seen(stub, a_service())  # it is being deleted
    assert "no ECS service orders in the cluster dev" in refusal(stub)


def test_no_capacity_is_told_after_three_minutes_in_ecs_words(stub: Stubber) -> None:
    words = "(service orders) was unable to place a task. Reason: Capacity is unavailable at this time."
    waiting = a_service(a_deployment("2", NEW, "IN_PROGRESS", running=0), said=words)
    seen(stub, waiting)
    said = refusal(stub, so_far={"begun": now().timestamp() - 200, "deployment": "2"})
    assert f"orders finds no capacity: {words}" in said
    assert "spot_percent" in said
    seen(stub, waiting)
    early = {"begun": time.time() - 100, "deployment": "2"}
    assert "completed" in judge(JUDGE, early, Pace(ends=0, poll_s=0, longest_watch_s=0)), "it is waited for until then"


def test_a_task_that_stops_by_itself_after_ecs_was_content_rolls_the_service_back(stub: Stubber) -> None:
    seen(stub, COMPLETED, COMPLETED)
    crashed = a_stopped_task(containers=[{"name": "orders", "exitCode": 1}])
    stopped(stub, crashed)
    revision = "arn:aws:ecs:eu-west-1:123456789012:service-revision/dev/orders/"
    deployments = [
        {"targetServiceRevisionArn": f"{revision}{number}", "createdAt": now().replace(minute=number)}
        for number in (1, 2, 3)
    ]
    stub.add_response("list_service_deployments", {"serviceDeployments": deployments})
    ran = {1: "dev-orders:5", 2: OLD, 3: NEW}
    group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/dev-orders/1"
    placed = {
        number: {
            "networkConfiguration": {
                "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": [f"sg-{number}"]}
            },
            "loadBalancers": [{"targetGroupArn": group, "containerName": "orders", "containerPort": 8080 + number}],
        }
        for number in ran
    }
    revisions = [
        {"serviceRevisionArn": f"{revision}{number}", "taskDefinition": td, **placed[number]}
        for number, td in ran.items()
    ]
    stub.add_response("describe_service_revisions", {"serviceRevisions": revisions})
    expected = {"cluster": "dev", "service": "orders", "taskDefinition": OLD, **placed[2]}
    stub.add_response("update_service", {"service": {}}, expected)
    stopped(stub, crashed)
    with pytest.raises(RolloutError) as caught:
        judge(JUDGE, {}, AT_ONCE)
    said = str(caught.value).split("\n")
    assert re.match(
        r"orders does not keep running: \d+ s after ECS called the deployment completed, task 01231 ", said[0]
    )
    assert said[0].endswith("stopped by itself; orders was rolled back to dev-orders:6")
    assert "  container orders: exit code 1" in said
    assert said[-1] == "  log: the last line"


def test_where_nothing_ran_before_the_tasks_of_a_crashing_first_release_are_stopped(stub: Stubber) -> None:
    seen(stub, COMPLETED, COMPLETED)
    stopped(stub, a_stopped_task())
    stub.add_response("list_service_deployments", {"serviceDeployments": []})
    stub.add_response("update_service", {"service": {}}, {"cluster": "dev", "service": "orders", "desiredCount": 0})
    assert "nothing ran before that it could be rolled back to" in refusal(stub)


def test_a_rollback_that_ecs_refuses_is_told(stub: Stubber) -> None:
    seen(stub, COMPLETED, COMPLETED)
    stopped(stub, a_stopped_task())
    stub.add_response("list_service_deployments", {"serviceDeployments": []})
    stub.add_client_error("update_service", "ClientException", "TaskDefinition is inactive")
    assert "could not be rolled back: " in refusal(stub)


def test_a_rollback_by_an_alarm_while_the_tasks_are_watched_is_seen(stub: Stubber) -> None:
    seen(stub, a_service(a_deployment("3", OLD, "IN_PROGRESS")))
    so_far = {"begun": time.time(), "deployment": "2", "completed": time.time()}
    assert "ECS rolled orders back" in refusal(stub, so_far=so_far)
