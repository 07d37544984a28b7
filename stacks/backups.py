"""The backups of an environment's databases and volumes."""

from __future__ import annotations

from constructs import Construct

from config.models.data.backups import Backups
from config.models.environment.environment import Environment
from modules.data.backup_plan import BackupPlan
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class BackupStack(PlatformStack):
    """`backups`: needs the data key of `network` alone, and finds what it backs up by its tags."""

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack, settings: Backups) -> None:
        super().__init__(scope, name="backups", environment=environment)
        region = settings.copy_to_region
        BackupPlan(
            self,
            "plan",
            environment=environment,
            encryption_key=network.encryption_key,
            elsewhere=self.provider_of(region) if region else None,
            settings=settings,
        )
