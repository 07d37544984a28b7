"""Status of a rollout: for whoever waits for it, and for whoever asks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import boto3

from rollouts.contract import Shown, ShownDeployment, ShowRequest
from rollouts.judge import look
from rollouts.refusal import short

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef

EVENTS = 10


def show(event: ShowRequest) -> Shown:
    """Return the service's deployments, newest events first, and the seconds until the rollout's time limit."""
    service = look(boto3.client("ecs"), event)
    return {
        "verdict": "shown",
        "service": event["service"],
        "tasks_wanted": service["desiredCount"],
        "seconds_left": max((_left(event, one) for one in service["deployments"]), default=0),
        "deployments": [_deployment(one) for one in service["deployments"]],
        "events": [
            {"at": one["createdAt"].isoformat(timespec="seconds"), "message": one["message"]}
            for one in service["events"][:EVENTS]
        ],
    }


def _deployment(one: DeploymentTypeDef) -> ShownDeployment:
    return {
        "revision": short(one["taskDefinition"]),
        "status": one["status"].lower(),
        "state": one.get("rolloutState", "").lower().replace("_", " "),
        "running": one.get("runningCount", 0),
        "pending": one.get("pendingCount", 0),
        "failed": one.get("failedTasks", 0),
    }


def _left(event: ShowRequest, one: DeploymentTypeDef) -> int:
    """Until the verdict on this deployment, at the latest."""
    if one["status"] != "PRIMARY":
        return 0
    end: float
    match one.get("rolloutState"):
        case "IN_PROGRESS":
            end = one["createdAt"].timestamp() + event["timeout_s"]
        case "COMPLETED":
            end = one["updatedAt"].timestamp() + event["watch_s"]
        case _:
            return 0
    return max(int(end - time.time()), 0)
