"""Alarms on the EC2 instances and the disks of Prometheus and Alertmanager, to the alert topic."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume
from constructs import Construct

from config.models.environment.environment import Environment

PERIOD_S = 60
# The group replaces an instance that fails its checks within minutes, and nobody needs to know of one that it has.
NOT_REPLACED_AFTER_PERIODS, STALLED_AFTER_PERIODS = 10, 5
RUNBOOK = "Runbook: docs/runbooks/README.md#an-impaired-instance-or-disk"


class InstanceAlarms(Construct):
    """An alarm on the status checks of the instances, and one on each volume that completes no I/O.

    The status checks are those of the system, the instance and its attached EBS volumes. Auto Scaling replaces for the
    first two and not for the third. A group without an instance has no figures, and neither rings.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html#status-check-metrics
    https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, volumes: Mapping[str, EbsVolume]
    ) -> None:
        super().__init__(scope, id_)
        group_name = environment.qualify("ec2")
        self._topic_arn = environment.alerts_topic_arn
        self._alarm(
            f"{group_name}-impaired",
            "AWS/EC2",
            "StatusCheckFailed",
            {"AutoScalingGroupName": group_name},
            NOT_REPLACED_AFTER_PERIODS,
            f"An instance of {group_name} fails its status checks, and for ten minutes was not replaced.",
        )
        for name, volume in volumes.items():
            self._alarm(
                f"{name}-stalled",
                "AWS/EBS",
                "VolumeStalledIOCheck",
                {"VolumeId": volume.id},
                STALLED_AFTER_PERIODS,
                f"The disk {name} has completed no read and no write for five minutes.",
            )

    def _alarm(
        self, name: str, namespace: str, metric: str, dimensions: Mapping[str, str], periods: int, description: str
    ) -> None:
        CloudwatchMetricAlarm(
            self,
            name,
            alarm_name=name,
            alarm_description=f"{description} {RUNBOOK}",
            namespace=namespace,
            metric_name=metric,
            dimensions=dict(dimensions),
            statistic="Maximum",
            period=PERIOD_S,
            evaluation_periods=periods,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            treat_missing_data="notBreaching",
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
        )
