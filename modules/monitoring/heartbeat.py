"""End-to-end heartbeat of the alerts' way: an SNS topic that Alertmanager publishes to without end, and its alarm."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.receiver import HEARTBEAT
from modules.monitoring.alert_topic import AlertTopic
from modules.policy import allow

# Alertmanager publishes every two minutes (monitoring/alertmanager.py): each period holds two at the least.
PERIOD_S, PERIODS = 300, 3


class Heartbeat(Construct):
    """An alarm, to the topic if it is `told`, after a quarter of an hour in which no heartbeat has been published.

    The heartbeat is an alert that always fires, and takes the way of all others: Prometheus' rules, Alertmanager, its
    role, SNS. Whatever of it fails, AWS counts no message. The topic has no subscriber. `publish_rights` let
    Alertmanager publish; `alarm` is the alarm.
    https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, alerts: AlertTopic, told: bool) -> None:
        super().__init__(scope, id_)
        name = environment.qualify(HEARTBEAT)
        topic = SnsTopic(self, "topic", name=name, kms_master_key_id=alerts.key.arn)
        self.alarm = CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=f"{name}-missing",
            alarm_description="For a quarter of an hour no alert could have reached anybody: Prometheus, Alertmanager "
            "or its way to SNS does not work. Runbook: docs/runbooks/monitoring.md#watchdog",
            namespace="AWS/SNS",
            metric_name="NumberOfMessagesPublished",
            dimensions={"TopicName": name},
            statistic="Sum",
            period=PERIOD_S,
            evaluation_periods=PERIODS,
            comparison_operator="LessThanThreshold",
            threshold=1,
            treat_missing_data="breaching",
            alarm_actions=[alerts.arn] if told else None,
            ok_actions=[alerts.arn] if told else None,
        )
        self.publish_rights = (allow(["sns:Publish"], [topic.arn]),)
