"""IAM roles by which GitHub deploys an environment; deployed by a person, never by a workflow."""

from __future__ import annotations

from cdktf import App
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from config.models.delivery import Delivery
from config.models.deploy_target import OUR_TAGS
from config.models.environment.environment import Environment
from modules.delivery.github_role import github_provider
from modules.delivery.roles import DeliveryRoles
from stacks.platform_stack import PlatformStack

ENVIRONMENT = f"{OUR_TAGS}environment"


class DeliveryStack(PlatformStack):
    """`delivery`: the roles `groundwork-<environment>-plan` and `-deploy`, and what bounds them.

    First of all stacks: it depends on none, and the roles of all others are bounded by its policy.
    """

    def __init__(self, scope: Construct, *, environment: Environment, delivery: Delivery) -> None:
        super().__init__(scope, name="delivery", environment=environment)
        registry = environment.registry_account
        provider = None
        if delivery.makes_provider(environment.name, environment.account_id, registry):
            provider = github_provider(self)
        self._roles = DeliveryRoles(
            self,
            "roles",
            place=environment,
            delivery=delivery,
            registry_account=registry,
            provider=provider,
            previews=environment.previews is not None,
        )

    def bound(self, app: App) -> None:
        """Bound every role of the environment's other stacks, and deploy them after this one."""
        stacks = [stack for stack in app.node.children if isinstance(stack, PlatformStack) and stack is not self]
        for stack in stacks:
            if stack.tags[ENVIRONMENT] == self.tags[ENVIRONMENT]:
                stack.add_dependency(self)
                for node in stack.node.find_all():
                    if isinstance(node, IamRole):
                        node.permissions_boundary = self._roles.workload_boundary_arn
