"""The IAM role of a cluster's EC2 instance, without any right beyond ECS's own."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.models.environment.environment import Environment
from modules.policy import SESSION_MANAGER_POLICY, allow, allow_anything, policy, trust_service


class InstanceRole(Construct):
    """The instance's `role` and `profile`.

    AWS's own AmazonEC2ContainerServiceforEC2Role would allow it on every cluster, and to pull every image; images, logs
    and secrets are the business of each task's execution role.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        cluster: EcsCluster,
        session_manager: bool,
    ) -> None:
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=f"{name}-instance",
            description=f"The ECS agent on instances of {name}",
            assume_role_policy=trust_service("ec2.amazonaws.com"),
        )
        members = ["DeregisterContainerInstance", "RegisterContainerInstance"]
        reports = ["SubmitAttachmentStateChanges", "SubmitContainerStateChange", "SubmitTaskStateChange"]
        itself = ["Poll", "StartTelemetrySession", "UpdateContainerInstancesState"]
        region, account = environment.region, environment.account_id
        instances = f"arn:aws:ecs:{region}:{account}:container-instance/{environment.name}/*"
        agent = IamRolePolicy(
            self,
            "agent",
            role=self.role.id,
            name="agent",
            policy=policy(
                allow([f"ecs:{action}" for action in (*members, *reports)], [cluster.arn]),
                allow([f"ecs:{action}" for action in itself], [instances]),
                allow_anything(
                    "FindAgentEndpoint", ["ecs:DiscoverPollEndpoint"], reason="The action knows no resource."
                ),
            ),
        )
        attached = []
        if session_manager:
            attached.append(
                IamRolePolicyAttachment(self, "session-manager", role=self.role.name, policy_arn=SESSION_MANAGER_POLICY)
            )
        # An instance that starts before its role may do anything would not join.
        self.profile = IamInstanceProfile(
            self, "profile", name=f"{name}-instance", role=self.role.name, depends_on=[agent, *attached]
        )
