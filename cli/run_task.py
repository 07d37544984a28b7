"""Runs one ECS task to its end and takes over its exit code; Terraform calls it for a migration before a deploy.

`python -m cli.run_task`, with what to run in GROUNDWORK_* variables (modules/run_before_deploy.py sets them).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from cli.run_record import RunRecord
from cli.target import act_as, is_embedded

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import TaskTypeDef

POLL_S = 3.0
TIMEOUT_S = 3600.0
LOG_LINES = 40


def run(
    ecs: ECSClient, what: Mapping[str, str], *, poll_s: float = POLL_S, timeout_s: float = TIMEOUT_S
) -> TaskTypeDef:
    """Start the task and wait until it has stopped.

    Raises RuntimeError when it cannot start, TimeoutError when it does not end.
    """
    answer = ecs.run_task(
        cluster=what["GROUNDWORK_CLUSTER"],
        taskDefinition=what["GROUNDWORK_TASK_DEFINITION"],
        count=1,
        launchType="FARGATE",
        startedBy="groundwork",
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": what["GROUNDWORK_SUBNETS"].split(","),
                "securityGroups": [what["GROUNDWORK_SECURITY_GROUP"]],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    if not answer["tasks"]:
        raise RuntimeError("; ".join(failure.get("reason", "no reason given") for failure in answer["failures"]))
    arn = answer["tasks"][0]["taskArn"]
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        task = ecs.describe_tasks(cluster=what["GROUNDWORK_CLUSTER"], tasks=[arn])["tasks"][0]
        if task["lastStatus"] == "STOPPED":
            return task
        time.sleep(poll_s)
    raise TimeoutError(f"task {arn} still runs after {timeout_s:.0f} s; it was left running")


def exit_code(task: TaskTypeDef, container: str) -> int | None:
    """The container's exit code, or None when it never started."""
    return next((c.get("exitCode") for c in task.get("containers", []) if c.get("name") == container), None)


def last_lines(what: Mapping[str, str], task: TaskTypeDef) -> list[str]:
    """The end of what the container wrote."""
    stream = f"task/{what['GROUNDWORK_CONTAINER']}/{task['taskArn'].rsplit('/', 1)[-1]}"
    logs = boto3.client("logs", region_name=what["GROUNDWORK_REGION"])
    try:
        events = logs.get_log_events(logGroupName=what["GROUNDWORK_LOG_GROUP"], logStreamName=stream, limit=LOG_LINES)
    except ClientError as error:
        return [f"(no log: {error})"]
    return [event["message"] for event in events["events"]]


def remember(record: RunRecord, work: str) -> None:
    """What cannot be noted is done all the same, and no reason to stop a deploy."""
    try:
        record.add(work)
    except (BotoCoreError, ClientError) as error:
        print(f"{work} is not noted in {record.parameter}, a rollback to it would run it again: {error}")


def main(what: Mapping[str, str] = os.environ) -> int:
    """Run it, unless its record says that it has been run, and say how it ended: 0, or 1 with the end of its log."""
    name = what["GROUNDWORK_CONTAINER"]
    role = what.get("GROUNDWORK_ROLE_ARN")
    work = what.get("GROUNDWORK_WORK", "")
    try:
        if role and not is_embedded(os.environ):
            act_as(role, region=what["GROUNDWORK_REGION"])
        record = RunRecord.named(what)
        if record and record.has(work):
            print(f"{name} has run {work} to its end before, on this database: not again")
            return 0
        task = run(boto3.client("ecs", region_name=what["GROUNDWORK_REGION"]), what)
    except (BotoCoreError, ClientError, CommandError, RuntimeError, TimeoutError) as error:
        print(f"{name} did not run to its end: {error}", file=sys.stderr)
        return 1
    code = exit_code(task, name)
    if code == 0:
        print(f"{name} ended well")
        if record:
            remember(record, work)
        return 0
    print("\n".join(last_lines(what, task)), file=sys.stderr)
    reason = task.get("stoppedReason", "no reason given")
    print(
        f"{name} failed with exit code {code} ({reason}); its log is in {what['GROUNDWORK_LOG_GROUP']}", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
