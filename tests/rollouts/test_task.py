"""One task runs to its end: its exit code decides, its log is told, and beside one that runs none is started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from rollouts.pace import Pace
from rollouts.record import Record
from rollouts.refusal import TaskError
from rollouts.task import mark, run
from tests.rollouts.stubs import AT_ONCE, RUN, TASK, now, stubbed

NO_TIME = Pace(ends=0, poll_s=0, longest_watch_s=0)


class Recorded:
    """A record in memory."""

    parameter = "/groundwork/dev/migrate/done"

    def __init__(self, *done: str) -> None:
        self.done = [*done]

    def has(self, work: str) -> bool:
        return work in self.done

    def add(self, work: str) -> None:
        self.done.append(work)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(monkeypatch, "task") as stub:
        monkeypatch.setattr("rollouts.task.last_lines", lambda *_: ["Traceback", "relation exists"])
        yield stub


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    record = Recorded()
    monkeypatch.setattr(Record, "named", lambda _event: record)
    return record


def a_task(status: str, code: int | None = None, **more: Any) -> dict[str, Any]:
    container = {"name": "migrate", **({} if code is None else {"exitCode": code})}
    return {"taskArn": TASK, "lastStatus": status, "containers": [container], "createdAt": now(), **more}


def nothing_runs(stub: Stubber, *stopped: dict[str, Any]) -> None:
    stub.add_response("list_tasks", {"taskArns": []}, {"cluster": "dev", "startedBy": mark(RUN)})
    expected = {"cluster": "dev", "family": "dev-migrate", "desiredStatus": "STOPPED"}
    stub.add_response("list_tasks", {"taskArns": [task["taskArn"] for task in stopped]}, expected)
    if stopped:
        stub.add_response("describe_tasks", {"tasks": list(stopped)})


def it_starts(stub: Stubber) -> None:
    stub.add_response("run_task", {"tasks": [a_task("PROVISIONING")], "failures": []})


def it_is(stub: Stubber, *tasks: dict[str, Any]) -> None:
    for task in tasks:
        stub.add_response("describe_tasks", {"tasks": [task]}, {"cluster": "dev", "tasks": [TASK]})


def test_it_waits_until_the_task_has_stopped_and_notes_what_it_did(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    it_starts(stub)
    it_is(stub, a_task("PENDING"), a_task("RUNNING"), a_task("STOPPED", 0))
    assert run(RUN, {}, AT_ONCE) == {"verdict": "ended", "said": "migrate ended well"}
    assert record.done == ["orders:v1 0a"]


def test_what_its_record_knows_is_not_run_again(stub: Stubber, record: Recorded) -> None:
    record.add("orders:v1 0a")
    assert "not again" in run(RUN, {}, AT_ONCE)["said"]


def test_a_task_runs_in_private_without_a_public_address_and_says_what_it_does(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    expected = {
        "cluster": "dev",
        "taskDefinition": "dev-migrate:3",
        "count": 1,
        "launchType": "FARGATE",
        "startedBy": mark(RUN),
        "clientToken": ANY,
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
    it_is(stub, a_task("STOPPED", 0))
    run(RUN, {}, AT_ONCE)


def test_a_task_that_ecs_does_not_know_yet_is_waited_for(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    it_starts(stub)
    for _ in range(3):
        stub.add_response("describe_tasks", {"tasks": [], "failures": [{"arn": TASK, "reason": "MISSING"}]})
    it_is(stub, a_task("STOPPED", 0))
    assert run(RUN, {}, AT_ONCE)["verdict"] == "ended"


def test_a_task_that_ecs_does_not_know_after_a_minute_is_told(stub: Stubber, record: Recorded) -> None:
    stub.add_response("describe_tasks", {"tasks": []})
    with pytest.raises(TaskError, match="ECS does not know task 0123"):
        run(RUN, {"task": TASK, "begun": 0.0}, AT_ONCE)


def test_a_task_that_does_this_work_already_is_waited_for_and_none_is_started(stub: Stubber, record: Recorded) -> None:
    stub.add_response("list_tasks", {"taskArns": [TASK]}, {"cluster": "dev", "startedBy": mark(RUN)})
    it_is(stub, a_task("RUNNING"), a_task("STOPPED", 0))
    assert run(RUN, {}, AT_ONCE)["verdict"] == "ended"


def test_what_has_ended_well_while_nobody_watched_counts(stub: Stubber, record: Recorded) -> None:
    done = a_task("STOPPED", 0, startedBy=mark(RUN))
    nothing_runs(stub, done)
    it_is(stub, done)
    assert run({**RUN, "record": Recorded.parameter}, {}, AT_ONCE)["verdict"] == "ended"
    assert record.done == ["orders:v1 0a"]


def test_what_has_failed_before_is_run_again(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub, a_task("STOPPED", 1, startedBy=mark(RUN)))
    it_starts(stub)
    it_is(stub, a_task("STOPPED", 0))
    assert run({**RUN, "record": Recorded.parameter}, {}, AT_ONCE)["verdict"] == "ended"


def test_who_asks_twice_at_once_starts_one_task(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    stub.add_client_error("run_task", "ConflictException", modeled_fields={"resourceIds": [TASK]})
    it_is(stub, a_task("STOPPED", 0))
    assert run(RUN, {}, AT_ONCE)["verdict"] == "ended"


def test_a_token_is_one_attempts_own(stub: Stubber, record: Recorded) -> None:
    tokens: list[str] = []
    stub.client.meta.events.register(
        "before-parameter-build.ecs.RunTask", lambda params, **_: tokens.append(params["clientToken"])
    )
    for stopped in ([], [], [a_task("STOPPED", 1, startedBy=mark(RUN))]):
        nothing_runs(stub, *stopped)
        stub.add_response("run_task", {"tasks": [a_task("STOPPED", 0)], "failures": []})
        it_is(stub, a_task("STOPPED", 0))
        run(RUN, {}, AT_ONCE)
        record.done.clear()
    assert all(len(token) <= 64 for token in tokens)
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_task_that_cannot_be_placed_says_why(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    stub.add_response("run_task", {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]})
    with pytest.raises(TaskError, match="RESOURCE:CPU"):
        run(RUN, {}, AT_ONCE)


def test_a_task_that_does_not_end_is_left_running_and_named(stub: Stubber, record: Recorded) -> None:
    it_is(stub, a_task("RUNNING"))
    with pytest.raises(TaskError, match=r"left running: task 0123\. The next deploy waits for it"):
        run({**RUN, "record": Recorded.parameter}, {"task": TASK, "begun": 0.0}, AT_ONCE)


def test_what_outlasts_an_invocation_is_handed_over(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    it_starts(stub)
    it_is(stub, a_task("RUNNING"))
    handed = run(RUN, {}, NO_TIME)
    assert handed["task"] == TASK
    it_is(stub, a_task("STOPPED", 0))
    assert run(RUN, handed, NO_TIME)["verdict"] == "ended"
    it_is(stub, a_task("RUNNING"))
    with pytest.raises(TaskError, match="still runs"):
        run({**RUN, "last": True}, handed, NO_TIME)


def test_a_failure_is_told_with_the_end_of_its_log(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    it_starts(stub)
    it_is(stub, a_task("STOPPED", 3, stoppedReason="Essential container in task exited"))
    with pytest.raises(TaskError) as caught:
        run(RUN, {}, AT_ONCE)
    assert str(caught.value) == (
        "migrate failed with exit code 3 (Essential container in task exited); its log is in /dev/services/migrate\n"
        "  log: Traceback\n"
        "  log: relation exists"
    )
    assert record.done == []


def test_a_container_that_never_started_has_no_exit_code_and_is_a_failure(stub: Stubber, record: Recorded) -> None:
    nothing_runs(stub)
    it_starts(stub)
    it_is(stub, a_task("STOPPED"))
    with pytest.raises(TaskError, match="exit code None"):
        run(RUN, {}, AT_ONCE)
