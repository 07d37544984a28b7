"""The two roles of a task: the one that starts it and the one that its code acts as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.policy import allow, allow_anything, policy, trust_service

TASKS = "ecs-tasks.amazonaws.com"


class TaskRoles(Construct):
    """`execution` pulls these images, writes this log and may do what `secrets` say; `task` may do nothing by itself.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: str,
        environment: Environment,
        repositories: Sequence[str],
        log_group: CloudwatchLogGroup,
        secrets: Sequence[Mapping[str, Any]],
    ) -> None:
        super().__init__(scope, id_)
        name = environment.qualify(service)
        trust = trust_service(TASKS, account_id=environment.account_id)
        self.execution = IamRole(
            self,
            "execution",
            name=f"{name}-execution",
            description=f"Starts the tasks of {name}",
            assume_role_policy=trust,
        )
        self.task = IamRole(
            self,
            "task",
            name=environment.task_role(service),
            description=f"What the code of {name} may do",
            assume_role_policy=trust,
        )
        # Its group of the other class too, whatever its file says: ECS may roll back to tasks that write there.
        groups = [f"{log_group.arn}:*", f"{log_group.arn}/*"]
        statements = [allow(["logs:CreateLogStream", "logs:PutLogEvents"], groups), *secrets]
        if repositories:
            pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
            statements += [
                allow(pull, [environment.repository_arn(repository) for repository in repositories]),
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
                allow_anything(
                    "RegistryToken",
                    ["ecr:GetAuthorizationToken"],
                    reason="The token is the account's, not a repository's: the action takes no resource.",
                ),
            ]
        self.execution_policy = IamRolePolicy(
            self, "execution-policy", role=self.execution.id, name="start-tasks", policy=policy(*statements)
        )

    def allow(self, id_: str, *statements: Mapping[str, Any]) -> IamRolePolicy:
        """Let the code do more than nothing."""
        return IamRolePolicy(self, id_, role=self.task.id, name=id_, policy=policy(*statements))

    def allow_exec(self, *, log_group_arn: str, key_arn: str) -> None:
        """Let the agent in the task open the channel of a shell, and write down what is typed.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        """
        channel = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
        statements = [
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagegatewayservice.html
            allow_anything(
                "ExecChannel",
                [f"ssmmessages:{action}" for action in channel],
                reason="The four actions know no resource: a channel exists only while it is open.",
            ),
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
            allow_anything(
                "FindExecLog",
                ["logs:DescribeLogGroups"],
                reason="ECS Exec asks whether its log group is there, and the action takes no single group.",
            ),
            allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [f"{log_group_arn}:*"]),
            allow(["kms:Decrypt"], [key_arn]),
        ]
        IamRolePolicy(self, "exec-policy", role=self.task.id, name="exec", policy=policy(*statements))
