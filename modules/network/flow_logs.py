"""The record of every connection that the network accepted or refused."""

from __future__ import annotations

from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.network import FlowLogDestination
from modules.checkov import skip
from modules.log_bucket import log_bucket
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from modules.policy import allow, policy, trust_service

NO_KEY = "Encrypted by S3 itself: a key of ours would be asked for every file, and paid."


class FlowLogs(Construct):
    """VPC flow logs of the whole network, into an encrypted bucket or an encrypted CloudWatch log group."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, vpc: Vpc, log_key: LogKey, settings: Environment
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._vpc, self._settings = name, vpc, settings
        if settings.network.flow_logs is FlowLogDestination.S3:
            self._to_bucket()
        else:
            self._to_cloudwatch(log_key)

    def _to_bucket(self) -> None:
        """Record into a bucket.

        https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
        """
        settings = self._settings
        permission = log_bucket(
            self,
            name=settings.bucket("network-logs"),
            days=settings.network.flow_log_retention_days,
            force_destroy=not settings.deletion_protection,
            delivery=lambda arn: _delivery(arn, region=settings.region, account_id=settings.account_id),
            unencrypted_by_kms=NO_KEY,
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=self._vpc.vpc.id,
            traffic_type="ALL",
            log_destination=f"arn:aws:s3:::{permission.bucket}",
            log_destination_type="s3",
            max_aggregation_interval=600,
            tags={"Name": self._name},
        )

    def _to_cloudwatch(self, log_key: LogKey) -> None:
        """Record into a log group.

        https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        """
        settings = self._settings
        group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/{settings.name}/network/flow-logs",
            retention_in_days=settings.network.flow_log_retention_days,
            kms_key_id=log_key.arn,
        )
        skip(group, "CKV_AWS_338", "the environment's YAML says how long, 90 days unless it does: connections are many")
        role = IamRole(
            self,
            "role",
            name=f"{self._name}-flow-logs",
            assume_role_policy=trust_service("vpc-flow-logs.amazonaws.com", account_id=settings.account_id),
        )
        actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        may_write = IamRolePolicy(
            self,
            "policy",
            role=role.id,
            name="write",
            policy=policy(allow(actions, [group.arn, f"{group.arn}:*"])),
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=self._vpc.vpc.id,
            traffic_type="ALL",
            iam_role_arn=role.arn,
            log_destination=group.arn,
            log_destination_type="cloud-watch-logs",
            max_aggregation_interval=600,
            tags={"Name": self._name},
            depends_on=[may_write],
        )


def _delivery(arn: str, *, region: str, account_id: str) -> list[dict[str, Any]]:
    """Return the statements that let this account's flow logs of this region write below AWSLogs/, and nobody else."""
    principal = {"Service": "delivery.logs.amazonaws.com"}
    own = {
        "StringEquals": {"aws:SourceAccount": account_id},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account_id}:*"},
    }
    full_control = {"s3:x-amz-acl": "bucket-owner-full-control", **own["StringEquals"]}
    return [
        {
            "Sid": "FlowLogsOfThisAccount",
            "Principal": principal,
            **allow(["s3:PutObject"], [f"{arn}/AWSLogs/{account_id}/*"]),
            "Condition": {**own, "StringEquals": full_control},
        },
        {
            "Sid": "FlowLogsLookFirst",
            "Principal": principal,
            **allow(["s3:GetBucketAcl", "s3:ListBucket"], [arn]),
            "Condition": own,
        },
    ]
