"""Dead man's switch: a CloudWatch alarm that fires when Prometheus or Alertmanager has no running task."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.monitoring.alert_topic import AlertTopic

# A planned replacement of the instance takes up to ten minutes, and is no alarm.
PERIOD_S, PERIODS = 60, 15


class DeadMansSwitch(Construct):
    """A CloudWatch alarm to the topic, if there is one, after a quarter of an hour without a task of a service.

    Exposes `alarm`.

    ECS reports the processor time of every running task once a minute, also without Container Insights; no report is
    no task. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, environment_name: str, service: str, topic: AlertTopic | None
    ) -> None:
        super().__init__(scope, id_)
        self.alarm = CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=f"{environment_name}-{service}-silent",
            alarm_description=f"No task of {service} has run for a quarter of an hour: nobody would be told.",
            namespace="AWS/ECS",
            metric_name="CPUUtilization",
            dimensions={"ClusterName": environment_name, "ServiceName": service},
            statistic="SampleCount",
            period=PERIOD_S,
            evaluation_periods=PERIODS,
            comparison_operator="LessThanThreshold",
            threshold=1,
            treat_missing_data="breaching",
            alarm_actions=[topic.arn] if topic else None,
            ok_actions=[topic.arn] if topic else None,
        )
