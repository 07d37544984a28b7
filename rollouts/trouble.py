"""Failures that ECS does not call failures: tasks that end by themselves, and capacity that does not come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rollouts.contract import JudgeRequest
from rollouts.evidence import stopped_tasks

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef, TaskTypeDef

SAME_MOMENT_S = 5.0
"""ECS does not note all that happens at once in the order in which it happened."""
CAPACITY_PATIENCE_S = 180.0
NO_CAPACITY = "capacity is unavailable"
UNPLACED = "unable to place a task"
STARTED = "has started"
HEALTH_CHECK = "health check"


def crashed(ecs: ECSClient, event: JudgeRequest, *, since: float) -> list[TaskTypeDef]:
    """Return the new revision's tasks that stopped by themselves since then (seconds since 1970), oldest first."""
    ended = [task for task in stopped_tasks(ecs, event) if stopped_by_itself(task)]
    return sorted((task for task in ended if ended_at(task) >= since - SAME_MOMENT_S), key=ended_at)


def stopped_by_itself(task: TaskTypeDef) -> bool:
    """Return whether its own code ended it, not a deployment, an autoscaler, a person, or AWS that wants Spot back.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html (stopCode)
    """
    reason = task.get("stoppedReason", "").lower()
    match task.get("stopCode"):
        case "EssentialContainerExited":
            return True
        case "TaskFailedToStart":
            return NO_CAPACITY not in reason
        case "ServiceSchedulerInitiated":
            return HEALTH_CHECK in reason
        case _:
            return False


def ended_at(task: TaskTypeDef) -> float:
    """Return when it began to stop, in seconds since 1970; a moment that ECS does not say is now."""
    moment = task.get("stoppingAt") or task.get("stoppedAt") or datetime.now().astimezone()
    return moment.timestamp()


def without_capacity(service: ServiceTypeDef, primary: DeploymentTypeDef, *, since: float, now: float) -> str | None:
    """ECS' own words, once it has found no place for a task of this deployment for minutes.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
    """
    if now - since < CAPACITY_PATIENCE_S or primary.get("runningCount", 0) >= primary.get("desiredCount", 0):
        return None
    for event in service["events"]:  # newest first
        told = event["message"].lower()
        if event["createdAt"].timestamp() < since or STARTED in told:
            return None
        if NO_CAPACITY in told or UNPLACED in told:
            spot = " (a smaller spot_percent: in the service's file asks for less Spot)" if NO_CAPACITY in told else ""
            return f"{event['message']}{spot}"
    return None
