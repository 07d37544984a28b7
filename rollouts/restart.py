"""Restarts services whose tasks began before the password of their database changed.

ECS hands a password over when a task starts, and a task that is older is refused by each new connection. A deploy that
makes another password restarts its services itself; this finds those that were not deployed with it, and those of an
older version of the platform, which have the password of RDS: that one changes every week.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from rollouts.contract import RestartRequest
from rollouts.refusal import RolloutError

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

OF_RDS = ":secret:rds!"
"""In the ARN of each secret that RDS makes and rotates."""
OF_A_ROLE = "/app_"
"""In the ARN of each secret with the login of a database's role (modules/data/database_logins.py)."""
SET_WITHIN = timedelta(minutes=10)
"""A new password stands in its secret first, and a one-off then sets it in the database."""
SERVICES_OF_A_QUESTION, TASKS_OF_A_QUESTION = 10, 100
PARTS_OF_AN_ARN = 7


def restart(event: RestartRequest) -> dict[str, Any]:
    """Begin a deployment of each service with such a task. It is asked again some minutes later, and waits for nothing.

    Raises RolloutError when a service still has such a task although a deployment came to its end since.
    """
    ecs, secrets, cluster = boto3.client("ecs"), boto3.client("secretsmanager"), event["cluster"]
    last_changed = cache(lambda arn: _last_changed(secrets, arn))
    started: list[str] = []
    under_way: list[str] = []
    failed: list[str] = []
    for service in _running(ecs, cluster):
        name = service["serviceName"]
        rotated = _changed(ecs, service["taskDefinition"], last_changed)
        if rotated is None or not _has_older_tasks(ecs, cluster, name, rotated):
            continue
        if any(one.get("rolloutState") == "IN_PROGRESS" for one in service["deployments"]):
            under_way.append(name)
        elif ended := _deployed_since(ecs, cluster, name, rotated):
            failed.append(f"{name} has tasks from before {rotated:%Y-%m-%d %H:%M} UTC, its last deployment: {ended}")
        else:
            ecs.update_service(cluster=cluster, service=name, forceNewDeployment=True)
            started.append(name)
    print({"started": started, "under_way": under_way, "failed": failed})
    if failed:
        raise RolloutError("\n".join(["a database's password changed, and not all tasks are new:", *failed]))
    return {"verdict": "restarted", "started": started, "under_way": under_way}


def _running(ecs: ECSClient, cluster: str) -> Iterator[ServiceTypeDef]:
    for page in ecs.get_paginator("list_services").paginate(
        cluster=cluster, PaginationConfig={"PageSize": SERVICES_OF_A_QUESTION}
    ):
        if page["serviceArns"]:
            services = ecs.describe_services(cluster=cluster, services=page["serviceArns"])["services"]
            yield from (service for service in services if service["deployments"] and service["runningCount"])


def _changed(ecs: ECSClient, task_definition: str, last_changed: Callable[[str], datetime | None]) -> datetime | None:
    """Return when a password of a database that the task definition hands over changed last."""
    containers = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]["containerDefinitions"]
    read = [secret["valueFrom"] for container in containers for secret in container.get("secrets", [])]
    # A key of the secret's JSON may follow: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    arns = {":".join(one.split(":")[:PARTS_OF_AN_ARN]) for one in read if OF_RDS in one or OF_A_ROLE in one}
    return max(filter(None, map(last_changed, arns)), default=None)


def _last_changed(secrets: Any, arn: str) -> datetime | None:
    rotated: datetime | None
    if OF_RDS in arn:
        rotated = secrets.describe_secret(SecretId=arn).get("LastRotatedDate")
        return rotated
    versions = secrets.list_secret_version_ids(SecretId=arn)["Versions"]
    made: datetime = next(one["CreatedDate"] for one in versions if "AWSCURRENT" in one.get("VersionStages", []))
    return made if datetime.now(UTC) - made > SET_WITHIN else None


def _has_older_tasks(ecs: ECSClient, cluster: str, service: str, rotated: datetime) -> bool:
    for page in ecs.get_paginator("list_tasks").paginate(
        cluster=cluster, serviceName=service, PaginationConfig={"PageSize": TASKS_OF_A_QUESTION}
    ):
        if page["taskArns"]:
            tasks = ecs.describe_tasks(cluster=cluster, tasks=page["taskArns"])["tasks"]
            if any(task["createdAt"] < rotated for task in tasks):
                return True
    return False


def _deployed_since(ecs: ECSClient, cluster: str, service: str, rotated: datetime) -> str | None:
    """Return how the newest deployment since then ended, and why; None if there was none."""
    answer = ecs.list_service_deployments(cluster=cluster, service=service, createdAt={"after": rotated})
    newest = max(answer["serviceDeployments"], key=lambda one: one["createdAt"], default=None)
    return f"{newest['status']} {newest.get('statusReason', '')}".rstrip() if newest else None
