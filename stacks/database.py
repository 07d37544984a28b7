"""The database of one service: it outlives every deploy of that service."""

from __future__ import annotations

from constructs import Construct

from config.database import Database
from config.environment import Environment
from modules.postgres import Postgres
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
        embedded: bool,
    ) -> None:
        super().__init__(scope, name=f"database-{service}", environment=environment, embedded=embedded)
        self.postgres = Postgres(
            self,
            "postgres",
            name=environment.qualify(service),
            environment=environment,
            vpc=network.vpc,
            data_key=network.data_key,
            log_key=network.log_key,
            settings=settings,
        )
        self.export(self.postgres.instance, "address", "master_user_secret[0].secret_arn")
        self.export(self.postgres.firewall.group, "id")
