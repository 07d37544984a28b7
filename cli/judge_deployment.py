"""Waits until ECS has judged a service's deployment, and takes over its verdict; Terraform calls it after each change.

`python -m cli.judge_deployment`, with what to judge in GROUNDWORK_* variables (modules/judged_deployment.py sets them).
docs/adr/0008 says why the provider's own waiting does not do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from cli.run_task import last_lines
from cli.target import act_as, is_embedded

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

POLL_S = 3.0
PATIENCE_S = 10.0  # what ECS answers may be a moment behind
TIMEOUT_S = 1800.0
EVENTS = 5


class RefusedError(Exception):
    """ECS did not take to the deployment; the message says what is known of the reason."""


def judge(
    ecs: ECSClient,
    what: Mapping[str, str],
    *,
    poll_s: float = POLL_S,
    patience_s: float = PATIENCE_S,
    timeout_s: float = TIMEOUT_S,
) -> int:
    """The number of tasks that run once ECS calls the deployment completed. Raises RefusedError if it does not.

    Where nothing runs there is nothing to judge: outside office hours, and after a first release that failed, whose
    tasks ECS starts no more. A deployment of our own starts them then.
    """
    name, wanted = what["GROUNDWORK_CONTAINER"], what["GROUNDWORK_TASK_DEFINITION"]
    least = int(what["GROUNDWORK_LEAST_TASKS"])
    reason, deployment, restarted = "", None, False
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) <= timeout_s:
        service = look(ecs, what)
        primary = next(one for one in service["deployments"] if one["status"] == "PRIMARY")
        reason = next((_reason(one) for one in service["deployments"] if one["taskDefinition"] == wanted), reason)
        state, running = primary.get("rolloutState"), service["runningCount"]
        begins = deployment is None and primary["taskDefinition"] == wanted
        if begins:
            deployment = primary["id"]
        if primary["id"] != deployment:
            if deployment or waited > patience_s:
                again = short(primary["taskDefinition"])
                raise RefusedError(f"ECS rolled {name} back, it runs {again} again: {reason}")
        elif state == "COMPLETED" and (running or not least):
            return running
        elif not restarted and (state == "COMPLETED" or (begins and state == "FAILED")):
            deployment, restarted = start(ecs, what, at_least=least), True
        elif state == "FAILED":
            raise RefusedError(f"ECS gave up on {name}, and nothing runs that it could roll back to: {reason}")
        time.sleep(poll_s)
    raise RefusedError(f"after {timeout_s:.0f} s ECS has not judged {name}: {running} of {least} tasks run; {reason}")


def look(ecs: ECSClient, what: Mapping[str, str]) -> ServiceTypeDef:
    """The service as it is now."""
    name = what["GROUNDWORK_CONTAINER"]
    answer = ecs.describe_services(cluster=what["GROUNDWORK_CLUSTER"], services=[name])
    for service in answer["services"]:
        if service["deployments"]:  # one that is being deleted has none
            return service
    raise RefusedError(f"there is no ECS service {name} in the cluster {what['GROUNDWORK_CLUSTER']}")


def start(ecs: ECSClient, what: Mapping[str, str], *, at_least: int) -> str:
    """Begin a deployment of what the service has, with tasks to judge; its id."""
    now = look(ecs, what)["desiredCount"]
    answer = ecs.update_service(
        cluster=what["GROUNDWORK_CLUSTER"],
        service=what["GROUNDWORK_CONTAINER"],
        desiredCount=max(now, at_least),
        forceNewDeployment=True,
    )
    return next(one["id"] for one in answer["service"]["deployments"] if one["status"] == "PRIMARY")


def evidence(ecs: ECSClient, what: Mapping[str, str]) -> Iterator[str]:
    """What the service says of itself, and how the last of its tasks ended."""
    try:
        yield from _evidence(ecs, what)
    except (BotoCoreError, ClientError, RefusedError) as error:
        yield f"nothing more is known: {error}"


def _evidence(ecs: ECSClient, what: Mapping[str, str]) -> Iterator[str]:
    cluster, name = what["GROUNDWORK_CLUSTER"], what["GROUNDWORK_CONTAINER"]
    yield from (f"event: {event['message']}" for event in look(ecs, what)["events"][:EVENTS])
    arns = ecs.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    ended = [task for task in tasks if task["taskDefinitionArn"] == what["GROUNDWORK_TASK_DEFINITION"]]
    if not ended:
        return
    last = max(ended, key=lambda task: task["createdAt"])
    yield f"task {last['taskArn'].rsplit('/', 1)[-1]}: {last.get('stoppedReason', 'no reason given')}"
    for container in last.get("containers", []):
        if "exitCode" in container or "reason" in container:
            code = f"exit code {container['exitCode']}" if "exitCode" in container else "never started"
            yield f"container {container['name']}: {code} {container.get('reason', '')}".rstrip()
    yield from (f"log: {line}" for line in last_lines(what, last))


def short(task_definition: str) -> str:
    """Family and revision of an ARN."""
    return task_definition.rpartition("/")[2]


def _reason(deployment: DeploymentTypeDef) -> str:
    return deployment.get("rolloutStateReason") or "ECS gives no reason"


def main(what: Mapping[str, str] = os.environ) -> int:
    """Judge it, and say how it went: 0, or 1 with what is known of the reason."""
    name, role = what["GROUNDWORK_CONTAINER"], what.get("GROUNDWORK_ROLE_ARN")
    try:
        if role and not is_embedded(os.environ):
            act_as(role, region=what["GROUNDWORK_REGION"])
        ecs = boto3.client("ecs", region_name=what["GROUNDWORK_REGION"])
        running = judge(ecs, what)
    except RefusedError as refused:
        print("\n".join([str(refused), *(f"  {line}" for line in evidence(ecs, what))]), file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, CommandError) as error:
        print(f"nobody knows whether {name} runs: {error}", file=sys.stderr)
        return 1
    if running:
        print(f"{name} runs {short(what['GROUNDWORK_TASK_DEFINITION'])} in {running} tasks")
    else:
        print(f"{name} runs no task, so nothing was judged: its min_tasks is 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
