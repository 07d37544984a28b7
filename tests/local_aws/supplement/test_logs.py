"""Events of a log group as CloudWatch shows them: of some streams, together, and newest first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.local_aws.supplement.conftest import Aws, Promise

NOW = int(time.time() * 1000)


def _two_streams(aws: Aws) -> Any:
    logs = aws("logs")
    logs.create_log_group(logGroupName=aws.name)
    for stream, ages in (("task/a/1", (5, 3, 1)), ("task/b/2", (4, 2, 0))):
        logs.create_log_stream(logGroupName=aws.name, logStreamName=stream)
        events = [{"timestamp": NOW - age, "message": str(age)} for age in ages]
        logs.put_log_events(logGroupName=aws.name, logStreamName=stream, logEvents=events)
    return logs


def test_the_newest_events_of_all_streams_come_first_if_asked(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        logs, ages = _two_streams(aws), []
        token: dict[str, str] = {}
        while True:
            page = logs.filter_log_events(logGroupName=aws.name, startFromHead=False, limit=4, **token)
            ages += [int(event["message"]) for event in page["events"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        assert ages == [0, 1, 2, 3, 4, 5]


def test_events_of_all_streams_come_in_order(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        events = _two_streams(aws).filter_log_events(logGroupName=aws.name)["events"]
        assert [int(event["message"]) for event in events] == [5, 4, 3, 2, 1, 0]


def test_only_streams_with_a_prefix_are_shown_if_asked(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        found = _two_streams(aws).filter_log_events(logGroupName=aws.name, logStreamNamePrefix="task/b/")["events"]
        assert [int(event["message"]) for event in found] == [4, 2, 0]
