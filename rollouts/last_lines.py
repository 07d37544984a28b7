"""The end of what a container wrote, read as the class of its log group allows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from rollouts.contract import JudgeRequest, RunRequest
from rollouts.refusal import short

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

INFREQUENT_ACCESS = "infrequent-access"
LOG_LINES = 40
LONGEST_LINE = 400
ENDED_WITHIN_S = 2 * 3600
"""ECS forgets a task an hour after its end."""
PATIENCE_S, PAUSE_S = 12.0, 1.0
RUNS = frozenset({"Scheduled", "Running"})


def last_lines(event: JudgeRequest | RunRequest, container: str, task_arn: str) -> Sequence[str]:
    """Return the newest lines of a container, the oldest of them first; or why there are none."""
    logs = boto3.client("logs")
    group, stream = event["log_group"], f"task/{container}/{short(task_arn)}"
    try:
        if event.get("log_class") == INFREQUENT_ACCESS:
            lines = _queried(logs, group, stream)
        else:
            answer = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=LOG_LINES)
            lines = [one["message"] for one in answer["events"]]
    except (BotoCoreError, ClientError) as error:
        return [f"(none: {error})"]
    return [line[:LONGEST_LINE] for line in lines]


def _queried(logs: CloudWatchLogsClient, group: str, stream: str) -> list[str]:
    """Ask Logs Insights, again and again for a moment: lines are found some seconds after they were written."""
    now = time.time()
    query = f'fields @message | filter @logStream = "{stream}" | sort @timestamp desc | limit {LOG_LINES}'
    while True:
        id_ = logs.start_query(
            logGroupName=group, startTime=int(now) - ENDED_WITHIN_S, endTime=int(now) + 60, queryString=query
        )["queryId"]
        while (answer := logs.get_query_results(queryId=id_))["status"] in RUNS and time.time() < now + PATIENCE_S:
            time.sleep(PAUSE_S)
        rows = [{one["field"]: one["value"] for one in row} for row in answer["results"]]
        if rows or time.time() > now + PATIENCE_S:
            return [row["@message"] for row in reversed(rows)] or [f"(none yet: see {group})"]
        time.sleep(PAUSE_S)
