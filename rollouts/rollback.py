"""Takes a service back to the revision that was well, when ECS no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rollouts.contract import JudgeRequest
from rollouts.refusal import short
from rollouts.trouble import ended_at

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceRevisionTypeDef, TaskTypeDef, UpdateServiceRequestTypeDef

REVISIONS_OF_AN_ANSWER = 20


def roll_back(ecs: ECSClient, event: JudgeRequest, task: TaskTypeDef, *, completed: float, before: str | None) -> str:
    """Start the last good revision again, or nothing where there is none; in words, with the reason."""
    name, seconds = event["service"], max(ended_at(task) - completed, 0)
    why = (
        f"{name} does not keep running: {seconds:.0f} s after ECS called the deployment completed, task "
        f"{short(task['taskArn'])} stopped by itself"
    )
    try:
        good = last_good(ecs, event)
        definition = good["taskDefinition"] if good else before
        if definition:
            ecs.update_service(**_back_to(event, definition, good))
            return f"{why}; {name} was rolled back to {short(definition)}"
        ecs.update_service(cluster=event["cluster"], service=name, desiredCount=0)
        return f"{why}; nothing ran before that it could be rolled back to, so its tasks were stopped"
    except (BotoCoreError, ClientError) as error:
        return f"{why}; and it could not be rolled back: {error}"


def _back_to(event: JudgeRequest, definition: str, good: ServiceRevisionTypeDef | None) -> UpdateServiceRequestTypeDef:
    """Return the request; with a revision its port and security groups too, which may be others than today's."""
    request: UpdateServiceRequestTypeDef = {
        "cluster": event["cluster"],
        "service": event["service"],
        "taskDefinition": definition,
    }
    if good and (network := good.get("networkConfiguration")):
        request["networkConfiguration"] = network
    if good and (balancers := good.get("loadBalancers")):
        request["loadBalancers"] = balancers
    return request


def last_good(ecs: ECSClient, event: JudgeRequest) -> ServiceRevisionTypeDef | None:
    """Return the revision of the newest successful deployment of another task definition than this one.

    A revision that was rolled back to has a newer successful deployment than what it replaced.
    """
    known = ecs.list_service_deployments(cluster=event["cluster"], service=event["service"], status=["SUCCESSFUL"])
    newest = sorted(known["serviceDeployments"], key=lambda one: one["createdAt"], reverse=True)
    arns = list(dict.fromkeys(one["targetServiceRevisionArn"] for one in newest))[:REVISIONS_OF_AN_ANSWER]
    if not arns:
        return None
    answer = ecs.describe_service_revisions(serviceRevisionArns=arns)
    ran = {one["serviceRevisionArn"]: one for one in answer["serviceRevisions"]}
    others = (ran[arn] for arn in arns if arn in ran)
    return next((one for one in others if one["taskDefinition"] != event["task_definition"]), None)
