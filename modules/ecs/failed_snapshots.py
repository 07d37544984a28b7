"""Failed snapshots: the alert topic is told of a nightly snapshot of Prometheus' disk that was not made."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.models.environment.environment import Environment
from modules.ecs.data_volume import DataVolume
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.topic_rule import TopicRule


class FailedSnapshots(TopicRule):
    """A message when Data Lifecycle Manager cannot do what a policy says, or EBS fails with a snapshot of a disk.

    The first comes with a right that is missing or a quota that is reached, before there is any snapshot.
    https://docs.aws.amazon.com/ebs/latest/userguide/monitor-cloudwatch-events.html
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html#snapshot-events
    """

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic, disks: Sequence[DataVolume]
    ) -> None:
        policies = [disk.snapshots.arn for disk in disks if disk.snapshots]
        # In AWS' own example the ARN of a volume has its parts in another order than in IAM.
        of_disks = [{"suffix": f":volume/{disk.volume.id}"} for disk in disks]
        super().__init__(
            scope,
            id_,
            name=environment.qualify("failed-snapshots"),
            topic=topic,
            description=f"Snapshots of the disks of {environment.name} that fail",
            pattern={
                "source": ["aws.dlm", "aws.ec2"],
                "detail-type": ["DLM Policy State Change", "EBS Snapshot Notification"],
                "$or": [
                    {"resources": policies, "detail": {"state": ["ERROR"]}},
                    {"detail": {"event": ["createSnapshot"], "result": ["failed"], "source": of_disks}},
                ],
            },
            paths={"what": "$.resources[0]", "reason": "$.detail.cause"},
            message=f"A snapshot of a disk of {environment.name} has failed: <reason> (<what>). "
            "Runbook: docs/runbooks/README.md#a-snapshot-that-failed",
        )
