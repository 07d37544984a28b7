"""The end of a log, from a log group of either class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from rollouts import last_lines as module
from rollouts.contract import JudgeRequest
from rollouts.last_lines import last_lines
from tests.rollouts.stubs import JUDGE, TASK

INFREQUENT: JudgeRequest = {
    **JUDGE,
    "log_group": "/dev/services/orders/infrequent",
    "log_class": "infrequent-access",
}
QUERY = 'fields @message | filter @logStream = "task/orders/0123" | sort @timestamp desc | limit 40'
STARTED = {"logGroupName": INFREQUENT["log_group"], "startTime": ANY, "endTime": ANY, "queryString": QUERY}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.Session("test", "test", region_name="eu-west-1").client("logs")
    monkeypatch.setattr("rollouts.last_lines.boto3.client", lambda _name: client)
    monkeypatch.setattr(module, "PAUSE_S", 0)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def asked(stub: Stubber, status: str, *lines: str) -> None:
    results: list[Any] = [[{"field": "@message", "value": line}, {"field": "@ptr", "value": "p"}] for line in lines]
    stub.add_response("get_query_results", {"status": status, "results": results}, {"queryId": "q"})


def test_a_standard_group_is_read_by_its_stream_whether_its_class_was_chosen_or_not(stub: Stubber) -> None:
    chosen: JudgeRequest = {**JUDGE, "log_class": "standard"}
    for event in (JUDGE, chosen):
        expected = {"logGroupName": "/dev/services/orders", "logStreamName": "task/orders/0123", "limit": 40}
        stub.add_response("get_log_events", {"events": [{"message": "one"}, {"message": "x" * 500}]}, expected)
        assert last_lines(event, "orders", TASK) == ["one", "x" * 400]


def test_a_group_of_infrequent_access_is_asked_by_a_query_and_told_oldest_first(stub: Stubber) -> None:
    stub.add_response("start_query", {"queryId": "q"}, STARTED)
    asked(stub, "Scheduled")
    asked(stub, "Running", "second")
    asked(stub, "Complete", "second", "first")
    assert last_lines(INFREQUENT, "orders", TASK) == ["first", "second"]


def test_what_no_query_finds_yet_is_asked_for_again(stub: Stubber) -> None:
    for lines in ((), ("late",)):
        stub.add_response("start_query", {"queryId": "q"}, STARTED)
        asked(stub, "Complete", *lines)
    assert last_lines(INFREQUENT, "orders", TASK) == ["late"]


def test_a_verdict_waits_for_no_query_for_long(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0)
    stub.add_response("start_query", {"queryId": "q"}, STARTED)
    asked(stub, "Running")
    assert last_lines(INFREQUENT, "orders", TASK) == ["(none yet: see /dev/services/orders/infrequent)"]


def test_what_aws_refuses_takes_the_place_of_the_log(stub: Stubber) -> None:
    stub.add_client_error("start_query", "AccessDeniedException", "no")
    (line,) = last_lines(INFREQUENT, "orders", TASK)
    assert line.startswith("(none: ")
    assert "AccessDeniedException" in line
