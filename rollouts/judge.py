"""Judges a service's rollout: by ECS' verdict, and by what its tasks do once ECS calls it completed.

docs/adr/0015 says why neither the provider's own waiting nor ECS' verdict alone will do.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import boto3

from rollouts.contract import JudgeRequest, ShowRequest
from rollouts.evidence import evidence
from rollouts.pace import Pace
from rollouts.refusal import RolloutError, short, told
from rollouts.rollback import roll_back
from rollouts.trouble import crashed, without_capacity

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

PATIENCE_S = 10.0  # what ECS answers may be a moment behind
SEEN_LATE_S = 60.0  # the first look of an invocation may find a deployment completed already
NO_REASON = "ECS gives no reason"


@dataclass
class SoFar:
    """Observations of earlier invocations; moments are seconds since 1970."""

    begun: float
    deployment: str | None = None
    restarted: bool = False
    completed: float | None = None
    before: str | None = None
    """The revision that ran when this rollout began."""
    reason: str = NO_REASON


def judge(event: JudgeRequest, so_far: Mapping[str, Any], pace: Pace) -> dict[str, Any]:
    """Return `runs` with the number of tasks, or the progress. Raises RolloutError for a failed rollout."""
    ecs = boto3.client("ecs")
    state = SoFar(**(so_far or {"begun": time.time()}))
    watch_s = min(event["watch_s"], pace.longest_watch_s)
    service: ServiceTypeDef | None = None
    try:
        while True:
            service = look(ecs, event)
            primary = next((one for one in service["deployments"] if one["status"] == "PRIMARY"), None)
            if primary is not None:
                tasks = _step(ecs, event, state, service, primary, watch_s)
                if tasks is not None:
                    return {"verdict": "runs", "tasks": tasks, "said": _praise(event, tasks)}
            if state.completed is None and time.time() - state.begun > event["timeout_s"]:
                raise RolloutError(_undecided(event, service, state))
            if not pace.wait():
                if event["last"]:
                    raise RolloutError(_undecided(event, service, state))
                return asdict(state)
    except RolloutError as error:
        raise RolloutError(told(str(error), evidence(ecs, event, service))) from None


def _step(
    ecs: ECSClient,
    event: JudgeRequest,
    state: SoFar,
    service: ServiceTypeDef,
    primary: DeploymentTypeDef,
    watch_s: float,
) -> int | None:
    """Take one look into account; the number of tasks once everything is well.

    Where nothing runs there is nothing to judge: outside office hours, and after a first release that failed, whose
    tasks ECS starts no more. A deployment of our own starts them then.
    """
    name, wanted, least, now = event["service"], event["task_definition"], event["least_tasks"], time.time()
    running, rollout = service["runningCount"], primary.get("rolloutState")
    for one in service["deployments"]:
        if one["taskDefinition"] == wanted:
            state.reason = one.get("rolloutStateReason") or state.reason
        else:
            state.before = state.before or one["taskDefinition"]
    if state.completed is not None:
        if primary["taskDefinition"] != wanted:
            raise RolloutError(_rolled_back(name, primary, state))
        for task in crashed(ecs, event, since=state.completed):
            raise RolloutError(roll_back(ecs, event, task, completed=state.completed, before=state.before))
        return running if now >= state.completed + watch_s else None
    begins = state.deployment is None and primary["taskDefinition"] == wanted
    if begins:
        state.deployment = primary["id"]
    if primary["id"] != state.deployment:
        if state.deployment or now - state.begun > PATIENCE_S:
            raise RolloutError(_rolled_back(name, primary, state))
    elif rollout == "COMPLETED" and (running or not least):
        if not running:
            return 0
        updated = primary["updatedAt"].timestamp()
        state.completed = updated if now - updated < SEEN_LATE_S else now  # an old deployment is no news
    elif not state.restarted and (rollout == "COMPLETED" or (begins and rollout == "FAILED")):
        state.deployment, state.restarted = start(ecs, event, at_least=least), True
    elif rollout == "FAILED":
        raise RolloutError(f"ECS gave up on {name}, and nothing runs that it could roll back to: {state.reason}")
    elif refused := without_capacity(service, primary, since=state.begun, now=now):
        raise RolloutError(f"{name} finds no capacity: {refused}")
    return None


def look(ecs: ECSClient, event: JudgeRequest | ShowRequest) -> ServiceTypeDef:
    """Return the service as it is now."""
    answer = ecs.describe_services(cluster=event["cluster"], services=[event["service"]])
    for service in answer["services"]:
        if service["deployments"]:  # one that is being deleted has none
            return service
    raise RolloutError(f"there is no ECS service {event['service']} in the cluster {event['cluster']}")


def start(ecs: ECSClient, event: JudgeRequest, *, at_least: int) -> str | None:
    """Begin a deployment of what the service has, with tasks to judge; its id, if ECS says so yet."""
    answer = ecs.update_service(
        cluster=event["cluster"],
        service=event["service"],
        desiredCount=max(look(ecs, event)["desiredCount"], at_least),
        forceNewDeployment=True,
    )
    return next((one["id"] for one in answer["service"]["deployments"] if one["status"] == "PRIMARY"), None)


def _rolled_back(name: str, primary: DeploymentTypeDef, state: SoFar) -> str:
    return f"ECS rolled {name} back, it runs {short(primary['taskDefinition'])} again: {state.reason}"


def _undecided(event: JudgeRequest, service: ServiceTypeDef, state: SoFar) -> str:
    return (
        f"after {time.time() - state.begun:.0f} s {event['service']} is not judged yet: {service['runningCount']} of "
        f"{service['desiredCount']} tasks run; {state.reason}"
    )


def _praise(event: JudgeRequest, tasks: int) -> str:
    if not tasks:
        return f"{event['service']} runs no task, so nothing was judged: its min_tasks is 0"
    return f"{event['service']} runs {short(event['task_definition'])} in {tasks} tasks"
