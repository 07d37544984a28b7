"""Restarts of services after the password of their database was rotated."""

from __future__ import annotations

import json
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from config.models.environment.environment import Environment
from modules.policy import EVENTS, policy
from modules.rollouts.function import RolloutFunction
from modules.rollouts.policies import notice_rotations
from rollouts.contract import RestartRequest

EVERY = "rate(5 minutes)"
PERIOD_S = 300
PASSWORD_RESET = "RDS-EVENT-0016"  # noqa: S105 (an event's name)


class PasswordRestarts(Construct):
    """Invokes the rollout function when a password has changed, and every five minutes; an alarm when it fails.

    Those of a database's roles change by a deploy; RDS' own is that of tasks of an older version of the platform.

    Secrets Manager tells EventBridge of a rotation only where the account has a trail of CloudTrail, and RDS promises
    its event for no rotation: so the function is asked by the clock too. What is new already, it leaves alone.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, function: RolloutFunction) -> None:
        super().__init__(scope, id_)
        self._name, self._function = environment.qualify("password-restarts"), function
        self._request: RestartRequest = {"do": "restart", "cluster": environment.name}
        IamRolePolicy(
            self,
            "policy",
            role=function.role.id,
            name="notice-rotations",
            policy=policy(*notice_rotations(environment)),
        )
        self._when("changed", pattern=json.dumps(_password_changed(environment), sort_keys=True))
        self._when("clock", schedule=EVERY)
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=f"{self._name}-failed",
            alarm_description=f"A password of a database of {environment.name} has changed, and a service still runs "
            "with the old one. Runbook: docs/runbooks/README.md#a-service-that-was-not-restarted",
            namespace="AWS/Lambda",
            # What Terraform invokes is waited for, and does not count as an event.
            # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
            metric_name="AsyncEventsDropped",
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            period=PERIOD_S,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[environment.alerts_topic_arn],
            ok_actions=[environment.alerts_topic_arn],
        )

    def _when(self, id_: str, *, pattern: str | None = None, schedule: str | None = None) -> None:
        rule = CloudwatchEventRule(
            self,
            f"{id_}-rule",
            name=f"{self._name}-{id_}",
            description="Restarts services whose database has another password since they began",
            event_pattern=pattern,
            schedule_expression=schedule,
        )
        permission = LambdaPermission(
            self,
            f"{id_}-permission",
            statement_id=f"password-{id_}",
            action="lambda:InvokeFunction",
            function_name=self._function.function.function_name,
            principal=EVENTS,
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self,
            f"{id_}-target",
            rule=rule.name,
            target_id="rollouts",
            arn=self._function.function.arn,
            input=json.dumps(self._request, sort_keys=True),
            depends_on=[permission],
        )


def _password_changed(environment: Environment) -> dict[str, Any]:
    databases = f"arn:aws:rds:{environment.region}:{environment.account_id}:db:{environment.qualify('')}"
    return {
        "$or": [
            {
                "source": ["aws.rds"],
                "detail-type": ["RDS DB Instance Event"],
                "detail": {"EventID": [PASSWORD_RESET], "SourceArn": [{"prefix": databases}]},
            },
            {
                "source": ["aws.secretsmanager"],
                "detail-type": ["AWS Service Event via CloudTrail"],
                "detail": {"eventName": ["RotationSucceeded"]},
            },
        ]
    }
