"""Evidence about a rollout: the service's events, its last stopped tasks, and their log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rollouts.contract import JudgeRequest
from rollouts.last_lines import last_lines
from rollouts.refusal import short

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

EVENTS = 5
TASKS_OF_AN_ANSWER = 100


def evidence(ecs: ECSClient, event: JudgeRequest, service: ServiceTypeDef | None) -> list[str]:
    """Return the newest events of the service, how this revision's last task ended, and the end of its log."""
    found = [f"event: {one['message']}" for one in service["events"][:EVENTS]] if service else []
    try:
        ended = stopped_tasks(ecs, event)
    except (BotoCoreError, ClientError) as error:
        return [*found, f"nothing more is known: {error}"]
    if not ended:
        return found
    last = max(ended, key=lambda task: task["createdAt"])
    return [*found, *end_of(last, event, event["service"])]


def stopped_tasks(ecs: ECSClient, event: JudgeRequest) -> list[TaskTypeDef]:
    """Return this revision's tasks that have stopped or are about to; ECS remembers them for an hour."""
    arns = ecs.list_tasks(cluster=event["cluster"], serviceName=event["service"], desiredStatus="STOPPED")["taskArns"]
    if not arns:
        return []
    tasks = ecs.describe_tasks(cluster=event["cluster"], tasks=arns[:TASKS_OF_AN_ANSWER])["tasks"]
    return [task for task in tasks if task["taskDefinitionArn"] == event["task_definition"]]


def end_of(task: TaskTypeDef, event: JudgeRequest, container: str) -> Iterator[str]:
    """Describe how a task and each of its containers ended, and what this container wrote last."""
    yield f"task {short(task['taskArn'])}: {task.get('stoppedReason') or 'no reason given'}"
    for one in task.get("containers", []):
        if "exitCode" in one or "reason" in one:
            code = f"exit code {one['exitCode']}" if "exitCode" in one else "never started"
            yield f"container {one['name']}: {code} {one.get('reason', '')}".rstrip()
    yield from (f"log: {line}" for line in last_lines(event, container, task["taskArn"]))
