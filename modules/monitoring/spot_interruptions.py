"""Spot interruptions: the alert topic is told when Fargate Spot takes back many tasks at once."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic
from modules.policy import EVENTS, allow, policy

PERIOD_S, MANY = 900, 5


class SpotInterruptions(Construct):
    """An alarm on five tasks of services that Fargate Spot has taken back within a quarter of an hour.

    One alone tells nobody: it had two minutes to end, and ECS starts another. EventBridge counts what a rule has sent
    on, so it goes to a topic without a subscriber. A job that is interrupted is told of by itself (failed_jobs.py).
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic) -> None:
        super().__init__(scope, id_)
        name = environment.qualify("spot-interruptions")
        counted = SnsTopic(self, "topic", name=name, kms_master_key_id=topic.key.arn)
        may_publish = SnsTopicPolicy(
            self,
            "policy",
            arn=counted.arn,
            policy=policy({"Principal": {"Service": EVENTS}, **allow(["sns:Publish"], [counted.arn])}),
        )
        cluster = f"arn:aws:ecs:{environment.region}:{environment.account_id}:cluster/{environment.name}"
        pattern = {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {
                "clusterArn": [cluster],
                "group": [{"prefix": "service:"}],
                "lastStatus": ["STOPPED"],  # it comes in several states, and counts once
                "stopCode": ["SpotInterruption"],
            },
        }
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=name,
            description=f"Counted for the alarm {name}",
            event_pattern=json.dumps(pattern, sort_keys=True),
        )
        CloudwatchEventTarget(
            self, "target", rule=rule.name, target_id="count", arn=counted.arn, depends_on=[may_publish]
        )
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=name,
            alarm_description="Fargate Spot has taken back five tasks of services within a quarter of an hour. "
            "Runbook: docs/runbooks/README.md#spot-takes-tasks-back",
            namespace="AWS/Events",
            metric_name="Invocations",
            dimensions={"RuleName": name},
            statistic="Sum",
            period=PERIOD_S,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=MANY,
            treat_missing_data="notBreaching",  # zero is not reported
            alarm_actions=[topic.arn],
        )
