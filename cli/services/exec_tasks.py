"""The tasks of a service, and the first that ECS Exec can enter: the agent in its container has to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from config.models.environment.environment import Environment

MOST_TASKS_DESCRIBED = 100
AGENT = "ExecuteCommandAgent"


@dataclass(frozen=True)
class EnterableContainer:
    """A container that may be entered: the task that it is of, and the name that Docker gave it."""

    task_arn: str
    runtime_id: str


def running_tasks(environment: Environment, service: str) -> list[Mapping[str, Any]]:
    """Return what ECS says of the service's tasks that are to run."""
    ecs: Any = boto3.client("ecs", region_name=environment.region)
    arns = ecs.list_tasks(cluster=environment.name, serviceName=service, desiredStatus="RUNNING")["taskArns"]
    if not arns:
        return []
    found: list[Mapping[str, Any]] = ecs.describe_tasks(cluster=environment.name, tasks=arns[:MOST_TASKS_DESCRIBED])[
        "tasks"
    ]
    return found


def enterable_container(tasks: Sequence[Mapping[str, Any]], container: str) -> EnterableContainer | None:
    """Return the container of this name in the first of the tasks in which its agent runs."""
    for task in tasks:
        for its in task["containers"]:
            agents = {agent["name"]: agent.get("lastStatus") for agent in its.get("managedAgents", [])}
            if its["name"] == container and agents.get(AGENT) == "RUNNING" and its.get("runtimeId"):
                return EnterableContainer(task["taskArn"], its["runtimeId"])
    return None
