"""The database of one service: it outlives every deploy of that service."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.models.data.database import Database
from config.models.service.service import Service
from modules.data.database_hours import DatabaseHours
from modules.data.postgres import Postgres
from modules.data.rotation_hours import RotationHours
from modules.workload.runtime import EcsRuntime
from stacks.platform_stack import PlatformStack


class DatabaseStack(PlatformStack):
    """`database-<service>`: exposes `postgres`, which the stacks of its users open to their tasks."""

    def __init__(self, scope: Construct, *, runtime: EcsRuntime, service: str, settings: Database) -> None:
        environment = runtime.environment
        super().__init__(scope, name=f"database-{service}", environment=environment)
        self.postgres = Postgres(
            self,
            "postgres",
            name=environment.qualify(service),
            environment=environment,
            vpc=runtime.vpc,
            encryption_key=runtime.encryption_key,
            log_key=runtime.log_key,
            settings=settings,
        )
        RotationHours(self, "rotation", environment=environment, secret_arn=self.postgres.secret_arn)
        if hours := environment.database_hours:
            DatabaseHours(
                self,
                "hours",
                name=environment.qualify(service),
                environment=environment,
                instance=self.postgres.instance,
                office_hours=hours,
            )
        self.export(self.postgres.instance, "address", "master_user_secret[0].secret_arn")
        self.export(self.postgres.security_group.group, "id")


def databases_of(scope: Construct, services: Sequence[Service], *, runtime: EcsRuntime) -> dict[str, Postgres]:
    """Return the database of each service that has one of its own."""
    return {
        service.name: DatabaseStack(
            scope, runtime=runtime, service=service.name, settings=service.own_database
        ).postgres
        for service in services
        if service.own_database
    }
