"""The policies of a task role: what a service's file allows its code."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.aws.permissions import Permissions
from modules.ecs.task_roles import TaskRoles
from modules.policy import as_written, policy


class ServiceRights(Construct):
    """`policies` of what `permissions:` names; none where it names nothing."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, roles: TaskRoles, settings: Permissions
    ) -> None:
        super().__init__(scope, id_)
        self.policies: list[IamRolePolicy | IamRolePolicyAttachment] = []
        granted = list(settings.grants(region=environment.region, account=environment.account_id))
        if granted:
            statements = [as_written(its.actions, its.resources, its.conditions) for its in granted]
            # IAM's own variables, such as ${aws:PrincipalTag/team}, look like Terraform's.
            document = policy(*statements)
            self.policies.append(IamRolePolicy(self, "policy", role=roles.task.id, name="permissions", policy=document))
        for arn in settings.policies:
            self.policies.append(
                IamRolePolicyAttachment(
                    self, arn.split(":", 4)[4].replace(":", "-").replace("/", "-"), role=roles.task.name, policy_arn=arn
                )
            )
