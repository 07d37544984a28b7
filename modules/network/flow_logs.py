"""The record of every connection that the network accepted or refused."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from modules.policy import allow, policy, trust_service


class FlowLogs(Construct):
    """VPC flow logs into an encrypted CloudWatch log group.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, vpc: Vpc, log_key: LogKey, settings: Environment
    ) -> None:
        super().__init__(scope, id_)
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
            name=f"{name}-flow-logs",
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
            vpc_id=vpc.vpc.id,
            traffic_type="ALL",
            iam_role_arn=role.arn,
            log_destination=group.arn,
            log_destination_type="cloud-watch-logs",
            max_aggregation_interval=600,
            tags={"Name": name},
            depends_on=[may_write],
        )
