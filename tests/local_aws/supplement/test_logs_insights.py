"""Queries of Logs Insights: they filter what is stored, show times as AWS does, and come in pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise

NOW = int(time.time()) * 1000 - 60_000 + 123
LINES = ("a letter", "a parcel | lost", '{"status": "late", "note": "a/b"}')


def _ask(aws: Aws, query: str, **more: Any) -> Any:
    """Store the lines, a second apart, and return what a query finds."""
    logs = aws("logs")
    try:
        logs.create_log_group(logGroupName=aws.name)
        logs.create_log_stream(logGroupName=aws.name, logStreamName="task/a/1")
        events = [{"timestamp": NOW + 1000 * number, "message": line} for number, line in enumerate(LINES)]
        logs.put_log_events(logGroupName=aws.name, logStreamName="task/a/1", logEvents=events)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    times = {"startTime": NOW // 1000 - 60, "endTime": NOW // 1000 + 60}
    id_ = logs.start_query(logGroupName=aws.name, queryString=query, **times, **more)["queryId"]
    return logs.get_query_results(queryId=id_)["results"]


def _refusal(ask: Callable[[], Any]) -> str:
    """Return the code of the error, or nothing."""
    try:
        ask()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def _messages(rows: Any) -> list[str]:
    return [next(one["value"] for one in row if one["field"] == "@message") for row in rows]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('@message like "| lost"', [1]),
        ("@message like /a (letter|parcel)/", [1, 0]),
        ("(@message =~ /(?i)LETTER/)", [0]),
        ('status = "late"', [2]),
        ('@message like /a\\/b/ and @logStream = "task/a/1"', [2]),
        ('@logStream like "task/b/"', []),
    ],
)
def test_a_filter_decides_which_lines_are_found(
    condition: str, found: list[int], supplement_keeps: Callable[[Promise], None]
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        rows = _ask(aws, f"fields @message | filter {condition} | sort @timestamp desc")
        assert _messages(rows) == [LINES[number] for number in found]


def test_a_time_is_shown_as_aws_shows_it(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        (row,) = _ask(aws, "fields @timestamp, @message | sort @timestamp asc | limit 1")
        shown = {one["field"]: one["value"] for one in row}
        assert shown["@timestamp"] == time.strftime("%Y-%m-%d %H:%M:%S.123", time.gmtime(NOW // 1000))
        assert set(shown) == {"@timestamp", "@message", "@ptr"}


@pytest.mark.parametrize("query", ["filter lost -sent", "fields @message | nonsense", 'filter @message like "a" or b'])
def test_what_is_no_query_is_refused(query: str, supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        assert _refusal(lambda: _ask(aws, query)) == "MalformedQueryException"


def test_no_more_is_found_than_asked_for_and_it_comes_in_pages(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        assert len(_ask(aws, "fields @message", limit=2)) == 2
        logs = aws("logs")
        times = {"startTime": NOW // 1000 - 60, "endTime": NOW // 1000 + 60}
        id_ = logs.start_query(logGroupName=aws.name, queryString="fields @message", **times)["queryId"]
        first = logs.get_query_results(queryId=id_, maxItems=2)
        second = logs.get_query_results(queryId=id_, maxItems=2, nextToken=first["nextToken"])
        assert _messages([*first["results"], *second["results"]]) == list(reversed(LINES))
        assert "nextToken" not in second


def test_a_query_that_has_ended_is_not_stopped(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        logs = aws("logs")
        logs.create_log_group(logGroupName=aws.name)
        id_ = logs.start_query(logGroupName=aws.name, queryString="fields @message", startTime=0, endTime=1)["queryId"]
        assert _refusal(lambda: logs.stop_query(queryId=id_)) == "InvalidParameterException"
