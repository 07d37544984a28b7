"""The base of every stack: where its state lies, which account it may touch, and what marks its resources."""

from __future__ import annotations

from cdktf import TerraformResource, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from constructs import Construct

from config.models.deploy_target import DeployTarget
from stacks.state_backend import keep_state

MOST_RETRIES = 5


class PlatformStack(TerraformStack):
    """A stack `<environment>-<name>`; where its state is kept says stacks/state_backend.py.

    `embedded` says that the AWS is the one on the laptop; it is the only switch for it in the whole synth.
    """

    def __init__(self, scope: Construct, *, name: str, environment: DeployTarget, embedded: bool) -> None:
        super().__init__(scope, environment.qualify(name))
        self.tags = environment.stack_tags(name)
        # The AWS on the laptop has no role to assume.
        role = None if embedded else environment.deploy_role_arn
        keep_state(self, name=name, environment=environment, embedded=embedded, role_arn=role)
        AwsProvider(
            self,
            "aws",
            region=environment.region,
            assume_role=[AwsProviderAssumeRole(role_arn=role)] if role else None,
            allowed_account_ids=[environment.account_id],
            default_tags=[AwsProviderDefaultTags(tags=self.tags)],
            s3_use_path_style=True if embedded else None,
            # Enough for a connection lost on a busy laptop; an error of moto's own, 25 times over, would take minutes.
            max_retries=MOST_RETRIES if embedded else None,
        )
        self.embedded = embedded

    def export(self, resource: TerraformResource, *attributes: str) -> None:
        """Make attributes readable by other stacks, whether one reads them today or not.

        CDKTF adds an output when its first reader appears; a new service would then change this stack too.
        """
        for attribute in attributes:
            address = f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"
            self.register_outgoing_cross_stack_reference(f"{address}.{attribute}")
