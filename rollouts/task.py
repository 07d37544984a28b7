"""Runs one ECS task to its end, and takes over its exit code; beside one that runs already, none is started."""

from __future__ import annotations

import time
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from rollouts.contract import RunRequest
from rollouts.last_lines import last_lines
from rollouts.pace import Pace
from rollouts.record import Record
from rollouts.refusal import TaskError, short, told

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import TaskTypeDef

UNKNOWN_S = 60.0
"""ECS may not know a task that it has just started.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""
TOKEN_S = 3600
"""As long as ECS shows tasks that have stopped."""


def run(event: RunRequest, so_far: Mapping[str, Any], pace: Pace) -> dict[str, Any]:
    """Return `ended`, or the task that is waited for. Raises TaskError when it cannot start or ends badly."""
    ecs, record = boto3.client("ecs"), Record.named(event)
    name, work = event["container"], event["work"]
    if not so_far:
        if record and record.has(work):
            return _ended(f"{name} has run {work} to its end before, on this database: not again")
        so_far = {"begun": time.time(), "task": find_or_start(ecs, event)}
    arn, begun = so_far["task"], so_far["begun"]
    while True:
        found = ecs.describe_tasks(cluster=event["cluster"], tasks=[arn])["tasks"]
        if found and found[0]["lastStatus"] == "STOPPED":
            return _judged(event, found[0], record)
        waited = time.time() - begun
        if not found and waited > UNKNOWN_S:
            raise TaskError(f"{name}: ECS does not know task {short(arn)}, which it has started itself")
        if waited > event["timeout_s"] or (not (more := pace.wait()) and event["last"]):
            raise TaskError(_left_running(event, arn, waited))
        if not more:
            return dict(so_far)


def find_or_start(ecs: ECSClient, event: RunRequest) -> str:
    """Return the task that does this work already, or has done it meanwhile, or a new one.

    After a cancelled apply, or a client that asks again because it lost the answer, there is one.
    """
    started_by = mark(event)
    if arns := ecs.list_tasks(cluster=event["cluster"], startedBy=started_by)["taskArns"]:
        return arns[0]
    last = _last_stopped(ecs, event, started_by)
    if last and exit_code(last, event["container"]) == 0 and event.get("record"):
        return last["taskArn"]
    hour = int(time.time() // TOKEN_S)
    token = sha256(f"{started_by} {hour} {last['taskArn'] if last else ''}".encode()).hexdigest()
    try:
        answer = ecs.run_task(
            cluster=event["cluster"],
            taskDefinition=event["task_definition"],
            count=1,
            launchType="FARGATE",
            startedBy=started_by,
            clientToken=token,
            propagateTags="TASK_DEFINITION",
            enableECSManagedTags=True,
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": event["subnets"].split(","),
                    "securityGroups": [event["security_group"]],
                    "assignPublicIp": "DISABLED",
                }
            },
        )
    except ecs.exceptions.ConflictException as error:
        return _conflicting(error.response)  # somebody was a moment faster
    if not answer["tasks"]:
        reasons = "; ".join(failure.get("reason", "no reason given") for failure in answer["failures"])
        raise TaskError(f"{event['container']} did not start: {reasons}")
    return answer["tasks"][0]["taskArn"]


def _conflicting(answer: Mapping[str, Any]) -> str:
    (arn,) = answer["resourceIds"]
    return str(arn)


def mark(event: RunRequest) -> str:
    """Return the task's `startedBy`: the work that it does, and on which database."""
    does = "\n".join([event["cluster"], event["container"], event["work"], event.get("database", "")])
    return f"groundwork/{sha256(does.encode()).hexdigest()[:32]}"


def exit_code(task: TaskTypeDef, container: str) -> int | None:
    """Return the container's exit code, or None when it never started."""
    return next((one.get("exitCode") for one in task.get("containers", []) if one.get("name") == container), None)


def _last_stopped(ecs: ECSClient, event: RunRequest, started_by: str) -> TaskTypeDef | None:
    arns = ecs.list_tasks(cluster=event["cluster"], family=event["family"], desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster=event["cluster"], tasks=arns)["tasks"] if arns else []
    ours = [task for task in tasks if task.get("startedBy") == started_by]
    return max(ours, key=lambda task: task["createdAt"], default=None)


def _judged(event: RunRequest, task: TaskTypeDef, record: Record | None) -> dict[str, Any]:
    name, code = event["container"], exit_code(task, event["container"])
    if code == 0:
        return _ended(f"{name} ended well{noted(record, event['work']) if record else ''}")
    reason = task.get("stoppedReason") or "no reason given"
    log = [f"log: {line}" for line in last_lines(event, name, task["taskArn"])]
    why = [one["reason"] for one in task.get("containers", []) if one.get("name") == name and one.get("reason")]
    message = f"{name} failed with exit code {code} ({'; '.join([reason, *why])}); its log is in {event['log_group']}"
    raise TaskError(told(message, log))


def _left_running(event: RunRequest, arn: str, waited_s: float) -> str:
    said = f"{event['container']} still runs after {waited_s / 60:.0f} minutes, and was left running: task {short(arn)}"
    if not event.get("record"):
        return said
    return f"{said}. The next deploy waits for it, and starts no other; `timeout_minutes:` in its file is how long"


def noted(record: Record, work: str) -> str:
    """Write the record; what cannot be noted is done all the same, and no reason to stop a deploy."""
    try:
        record.add(work)
    except (BotoCoreError, ClientError) as error:
        return f"; {work} is not noted in {record.parameter}, a rollback to it would run it again: {error}"
    return ""


def _ended(said: str) -> dict[str, Any]:
    return {"verdict": "ended", "said": said}
