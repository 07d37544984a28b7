"""The database of one service: it outlives every deploy of that service."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.database import Database
from modules.data.postgres import Postgres
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class DatabaseStack(PlatformStack):
    """`database-<service>`: exposes `postgres`, which the service's own stack opens to its tasks."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        service: str,
        settings: Database,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, name=f"database-{service}", environment=environment)
        self.postgres = Postgres(
            self,
            "postgres",
            name=environment.qualify(service),
            environment=environment,
            vpc=network.vpc,
            encryption_key=network.encryption_key,
            log_key=network.log_key,
            settings=settings,
        )
        self.export(self.postgres.instance, "address", "master_user_secret[0].secret_arn")
        self.export(self.postgres.security_group.group, "id")
