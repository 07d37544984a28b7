"""Classes of log groups: remembered, and what AWS refuses to do with one of infrequent access is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise

NOW = int(time.time() * 1000)
TRANSFORMATION = {"metricName": "errors", "metricNamespace": "own", "metricValue": "1"}


def _group(aws: Aws, log_class: str) -> tuple[Any, str]:
    """Make a group of this class with one line in it."""
    logs, name = aws("logs"), f"{aws.name}/{log_class}"
    logs.create_log_group(logGroupName=name, logGroupClass=log_class)
    logs.create_log_stream(logGroupName=name, logStreamName="task/a/1")
    logs.put_log_events(
        logGroupName=name, logStreamName="task/a/1", logEvents=[{"timestamp": NOW, "message": "a line"}]
    )
    return logs, name


def test_the_class_of_a_group_is_remembered(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        for asked in ("STANDARD", "INFREQUENT_ACCESS"):
            logs, name = _group(aws, asked)
            (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
            assert group["logGroupClass"] == asked
        logs.create_log_group(logGroupName=aws.name)
        assert logs.describe_log_groups(logGroupNamePrefix=aws.name)["logGroups"][0]["logGroupClass"] == "STANDARD"


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("FilterLogEvents", {}),
        ("GetLogEvents", {"logStreamName": "task/a/1"}),
        ("PutMetricFilter", {"filterName": "f", "filterPattern": "x", "metricTransformations": [TRANSFORMATION]}),
        (
            "PutSubscriptionFilter",
            {
                "filterName": "f",
                "filterPattern": "x",
                "destinationArn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
            },
        ),
    ],
)
def test_what_takes_a_standard_group_is_refused_for_one_of_infrequent_access(
    operation: str, arguments: dict[str, Any], supplement_keeps: Callable[[Promise], None]
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        logs, name = _group(aws, "INFREQUENT_ACCESS")
        error: dict[str, Any] = {}
        try:
            logs._make_api_call(operation, {"logGroupName": name, **arguments})
        except ClientError as refused:
            error = dict(refused.response["Error"])
        assert error["Code"] == "InvalidOperationException"
        assert f"{operation} is not supported for this log class" in error["Message"]


def test_a_standard_group_is_read_as_ever(aws: Aws) -> None:
    logs, name = _group(aws, "STANDARD")
    for operation, more in (("FilterLogEvents", {}), ("GetLogEvents", {"logStreamName": "task/a/1"})):
        events = logs._make_api_call(operation, {"logGroupName": name, **more})["events"]
        assert [event["message"] for event in events] == ["a line"]
