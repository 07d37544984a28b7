"""What invokes the restarts: an event of RDS, one of Secrets Manager, and the clock; and who hears of a failed one."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
from moto.events.models import EventPattern

from rollouts.handler import handle
from tests.rollouts.test_handler import Context
from tests.synthesis import Platform, Stack

FUNCTION = "${aws_lambda_function.rollouts_function"


@pytest.fixture
def cluster(shop: Platform) -> Stack:
    return shop["prod-cluster"]


def of_rds(event: str = "RDS-EVENT-0016", *, database: str = "prod-orders") -> dict[str, Any]:
    arn = f"arn:aws:rds:eu-west-1:123456789012:db:{database}"
    detail = {"SourceArn": arn, "EventID": event, "EventCategories": ["configuration change"]}
    return {"source": "aws.rds", "detail-type": "RDS DB Instance Event", "detail": detail}


def of_secrets_manager(event: str) -> dict[str, Any]:
    kind = "AWS Service Event via CloudTrail"
    return {"source": "aws.secretsmanager", "detail-type": kind, "detail": {"eventName": event}}


@pytest.mark.parametrize(
    ("event", "invokes"),
    [
        (of_rds(), True),
        (of_rds("RDS-EVENT-0049"), False),
        (of_rds(database="staging-orders"), False),
        (of_secrets_manager("RotationSucceeded"), True),
        (of_secrets_manager("RotationStarted"), False),
    ],
    ids=["password reset", "failover", "of another environment", "rotated", "not rotated yet"],
)
def test_a_changed_password_invokes_the_function(cluster: Stack, event: dict[str, Any], invokes: bool) -> None:
    rule = cluster.one("aws_cloudwatch_event_rule", name="prod-password-restarts-changed")
    assert bool(EventPattern.load(rule["event_pattern"]).matches_event(event)) is invokes


def test_the_clock_asks_too_since_neither_event_is_promised(cluster: Stack) -> None:
    rule = cluster.one("aws_cloudwatch_event_rule", name="prod-password-restarts-clock")
    assert rule["schedule_expression"] == "rate(5 minutes)"


def test_each_rule_asks_for_what_the_function_does_and_may_invoke_it(
    cluster: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def restart(event: Any) -> dict[str, Any]:
        asked.append(event)
        return {"verdict": "restarted"}

    monkeypatch.setattr("rollouts.restart.restart", restart)
    targets, permissions = cluster.all("aws_cloudwatch_event_target"), cluster.all("aws_lambda_permission")
    assert {cluster.target(target["rule"])["name"] for target in targets} == {
        "prod-password-restarts-changed",
        "prod-password-restarts-clock",
    }
    for target in targets:
        assert cluster.target(target["arn"]) is cluster.one("aws_lambda_function")
        handle(json.loads(target["input"]), Context())
    assert asked == [{"do": "restart", "cluster": "prod"}] * 2
    invoked_by = {permission["source_arn"].replace(".arn}", ".name}") for permission in permissions}
    assert invoked_by == {target["rule"] for target in targets}
    assert {(one["principal"], one["action"]) for one in permissions} == {
        ("events.amazonaws.com", "lambda:InvokeFunction")
    }


def test_the_function_sees_when_passwords_of_databases_changed_and_reads_none(cluster: Stack) -> None:
    policy = json.loads(cluster.one("aws_iam_role_policy", name="notice-rotations")["policy"])
    allowed = {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}
    assert allowed == {
        "ecs:ListServices": ["*"],
        "ecs:DescribeTaskDefinition": ["*"],
        "secretsmanager:DescribeSecret": ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-*"],
        "secretsmanager:ListSecretVersionIds": ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/*/app_*"],
    }
    assert policy["Statement"][0]["Condition"]["ArnEquals"]["ecs:cluster"].endswith(":cluster/prod")


def test_a_restart_that_failed_tells_the_topic(cluster: Stack) -> None:
    alarm = cluster.one("aws_cloudwatch_metric_alarm", alarm_name="prod-password-restarts-failed")
    function = cluster.one("aws_lambda_function")["function_name"]
    assert (alarm["metric_name"], alarm["dimensions"]) == ("AsyncEventsDropped", {"FunctionName": function})
    assert alarm["alarm_actions"] == ["arn:aws:sns:eu-west-1:123456789012:prod-alerts"]


@pytest.mark.parametrize(("environment", "hour"), [("prod", "cron(0 9 ? * TUE *)"), ("dev", "cron(0 8 ? * WED *)")])
def test_rds_rotates_in_working_hours_and_not_at_a_deploy(shop: Platform, environment: str, hour: str) -> None:
    stack = shop[f"{environment}-database-orders"]
    rotation = stack.one("aws_secretsmanager_secret_rotation")
    instance = stack.id_of(stack.one("aws_db_instance"))
    assert rotation["secret_id"] == instance.replace(".id}", ".master_user_secret[0].secret_arn}")
    assert rotation["rotate_immediately"] is False
    assert rotation["rotation_rules"] == {"schedule_expression": hour, "duration": "1h"}
    assert "rotation_lambda_arn" not in rotation
    model = boto3.client("secretsmanager", region_name="eu-west-1").meta.service_model
    for shape, value in {"ScheduleExpressionType": hour, "DurationType": "1h"}.items():
        limits = model.shape_for(shape).metadata
        assert re.fullmatch(limits["pattern"], value)
        assert limits["min"] <= len(value) <= limits["max"]
