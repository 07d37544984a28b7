"""The alarms about silent monitoring, where it is silent by night on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic

# Prometheus is there ten minutes after its instance is asked for; the alarm that hears of it waits for one more sign.
PERIOD_S, AWAKE_AFTER_PERIODS = 60, 25


class SilentByDay(Construct):
    """A composite alarm to the topic when one of the alarms is in ALARM while the environment's instance should run.

    It should run when it has been asked for, at some minute of each of the last 25. A group reports that by the
    minute, also with no instance in it. An environment with office hours has no Prometheus by night, and a morning on
    which it does not come back is told.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        alarms: Sequence[CloudwatchMetricAlarm],
        topic: AlertTopic,
    ) -> None:
        super().__init__(scope, id_)
        asleep = CloudwatchMetricAlarm(
            self,
            "asleep",
            alarm_name=environment.qualify("monitoring-asleep"),
            alarm_description="In ALARM by night and shortly after; nobody is told.",
            namespace="AWS/AutoScaling",
            metric_name="GroupDesiredCapacity",
            dimensions={"AutoScalingGroupName": environment.qualify("ec2")},
            statistic="Minimum",
            period=PERIOD_S,
            evaluation_periods=AWAKE_AFTER_PERIODS,
            datapoints_to_alarm=1,
            comparison_operator="LessThanThreshold",
            threshold=1,
            treat_missing_data="notBreaching",
        )
        silent = " OR ".join(f'ALARM("{alarm.alarm_name}")' for alarm in alarms)
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
        CloudwatchCompositeAlarm(
            self,
            "alarm",
            alarm_name=environment.qualify("monitoring-silent"),
            alarm_description="By day Prometheus or Alertmanager does not run, or no alert could have reached anybody. "
            "Runbook: docs/runbooks/monitoring.md#watchdog",
            alarm_rule=f'({silent}) AND NOT ALARM("{asleep.alarm_name}")',
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
        )
