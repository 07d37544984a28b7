"""What counts as a task that ended by itself, and what as no place for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest

from rollouts.trouble import crashed, stopped_by_itself, without_capacity
from tests.rollouts.stubs import JUDGE, NEW, OLD, a_deployment, a_service, a_stopped_task, now, stopped, stubbed

UNPLACED = "(service orders) was unable to place a task. Reason: Capacity is unavailable at this time."


@pytest.mark.parametrize(
    ("code", "reason", "by_itself"),
    [
        ("EssentialContainerExited", "Essential container in task exited", True),
        ("TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried", True),
        ("TaskFailedToStart", "Capacity is unavailable at this time. Please try again later", False),
        ("ServiceSchedulerInitiated", "Task failed container health checks", True),
        ("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:aws:x)", True),
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", False),
        ("SpotInterruption", "Your Spot Task was interrupted.", False),
        ("TerminationNotice", "", False),
        ("InfrastructureHealth", "", False),
        ("UserInitiated", "Task stopped by user", False),
    ],
)
def test_only_what_the_code_of_a_release_does_counts(code: str, reason: str, by_itself: bool) -> None:
    task: Any = a_stopped_task(code=code, reason=reason)
    assert stopped_by_itself(task) is by_itself


def test_every_stop_code_of_ecs_is_tried_above() -> None:
    shape = boto3.client("ecs", region_name="eu-west-1").meta.service_model.shape_for("TaskStopCode")
    (marker,) = test_only_what_the_code_of_a_release_does_counts.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marker.args[1]} == set(shape.metadata["enum"])


def test_only_the_new_revision_counts_and_only_since_then(monkeypatch: pytest.MonkeyPatch) -> None:
    early = {"stoppedAt": now() - timedelta(minutes=10)}
    tasks = [a_stopped_task(1, OLD), a_stopped_task(2) | early, a_stopped_task(3)]
    with stubbed(monkeypatch, "judge") as stub:
        stopped(stub, *tasks)
        client: Any = stub.client
        found = crashed(client, JUDGE, since=now().timestamp())
    assert [task["taskArn"] for task in found] == [tasks[2]["taskArn"]]


def capacity(said: str, *, begun_s_ago: float = 200, running: int = 0) -> str | None:
    service: Any = a_service(said=said)
    primary: Any = a_deployment("1", NEW, "IN_PROGRESS", running=running)
    moment = now().timestamp()
    return without_capacity(service, primary, since=moment - begun_s_ago, now=moment)


def test_no_place_for_a_task_is_noticed_after_three_minutes_and_only_while_one_is_missing() -> None:
    assert UNPLACED in (capacity(UNPLACED) or "")
    assert "spot_percent" in (capacity(UNPLACED) or "")
    assert capacity(UNPLACED, begun_s_ago=100) is None
    assert capacity(UNPLACED, running=2) is None
    assert capacity("(service orders) has started 2 tasks: (task 1) (task 2).") is None


def test_an_instance_without_room_is_no_matter_of_spot() -> None:
    words = "(service prometheus) was unable to place a task because no container instance met all of its requirements."
    assert capacity(words) == words
