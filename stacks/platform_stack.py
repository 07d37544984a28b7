"""The base of every stack: where its state lies, which account it may touch, and what marks its resources."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResource, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from constructs import Construct

from config.models.deploy_target import DeployTarget
from modules.attributes import address_of
from modules.local_context import is_local
from modules.state_backend import keep_state

MOST_RETRIES = 5


class PlatformStack(TerraformStack):
    """A stack `<environment>-<name>`; modules/state_backend.py says where its state is kept."""

    def __init__(
        self, scope: Construct, *, name: str, environment: DeployTarget, tags: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(scope, environment.qualify(name))
        self.tags = {**environment.stack_tags(name), **(tags or {})}
        self._environment, self._local_aws = environment, is_local(scope)
        # The local AWS has no role to assume.
        self._role = None if self._local_aws else environment.deploy_role_arn
        keep_state(self, name=name, environment=environment, local_aws=self._local_aws, role_arn=self._role)
        self._provider("aws", region=environment.region)

    def provider_of(self, region: str) -> AwsProvider:
        """Return a provider for resources of another region than the environment's."""
        return self._provider(f"aws-{region}", region=region, alias=region)

    def _provider(self, id_: str, *, region: str, alias: str | None = None) -> AwsProvider:
        return AwsProvider(
            self,
            id_,
            alias=alias,
            region=region,
            assume_role=[AwsProviderAssumeRole(role_arn=self._role)] if self._role else None,
            allowed_account_ids=[self._environment.account_id],
            default_tags=[AwsProviderDefaultTags(tags=self.tags)],
            s3_use_path_style=True if self._local_aws else None,
            # Enough for a connection lost on a busy laptop; an error of moto's own, 25 times over, would take minutes.
            max_retries=MOST_RETRIES if self._local_aws else None,
        )

    def export(self, resource: TerraformResource, *attributes: str) -> None:
        """Make attributes readable by other stacks, whether one reads them today or not.

        CDKTF adds an output when its first reader appears; a new service would then change this stack too.
        """
        address = address_of(resource)
        for attribute in attributes:
            self.register_outgoing_cross_stack_reference(f"{address}.{attribute}")
