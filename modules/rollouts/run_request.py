"""A request to run one task to its end, as the function that waits for it takes it."""

from __future__ import annotations

from cdktf import Fn

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from config.models.service.service import Service
from modules.ecs.task import Task
from modules.network.vpc import Vpc
from rollouts.contract import RunRequest


def run_request(
    *, environment: Environment, vpc: Vpc, task: Task, database: str, work: str, settings: Service
) -> RunRequest:
    """Build the request; `database` tells one database from another, `work` a run's work from another's."""
    # What another stack hands over counts as sensitive, and a plan would hide all that is asked.
    subnets = Fn.join(",", [subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()])
    request: RunRequest = {
        "do": "run",
        "cluster": environment.name,
        "task_definition": task.definition.arn,
        "family": environment.qualify(settings.name),
        "container": settings.name,
        "log_group": task.log_group.name,
        "subnets": Fn.nonsensitive(subnets),
        "security_group": task.security_group.group.id,
        "database": Fn.nonsensitive(database),
        "work": work,
        "timeout_s": settings.timeout_minutes * 60,
    }
    if task.log_class:
        request["log_class"] = task.log_class.value
    return request
