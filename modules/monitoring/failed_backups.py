"""Failed backups: the alert topic is told of one that AWS Backup could not make or copy."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.topic_rule import TopicRule


class FailedBackups(TopicRule):
    """A message for every job of AWS Backup from or into the vault that fails, is aborted or expires.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic) -> None:
        name = environment.qualify("backups")
        vault = f"arn:aws:backup:{environment.region}:{environment.account_id}:backup-vault:{name}"
        super().__init__(
            scope,
            id_,
            name=environment.qualify("failed-backups"),
            topic=topic,
            description=f"Backups of {environment.name} that fail",
            pattern={
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change", "Copy Job State Change"],
                "detail": {
                    "state": ["FAILED", "ABORTED", "EXPIRED"],
                    "$or": [{"backupVaultArn": [vault]}, {"sourceBackupVaultArn": [vault]}],
                },
            },
            paths={"what": "$.detail.resourceArn", "state": "$.detail.state", "reason": "$.detail.statusMessage"},
            message=f"A backup of {environment.name} is <state>: <what>. Reason: <reason>. "
            "Runbook: docs/runbooks/README.md#a-backup-that-failed",
        )
