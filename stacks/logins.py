"""The logins of one service's database, in place of the master user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformStack
from constructs import Construct

from config.models.data.database import Database
from config.models.service.relations import database_login, database_owner
from config.models.service.service import Service
from modules.data.database_login import DatabaseLogin
from modules.data.database_logins import DatabaseLogins
from modules.data.postgres import Postgres
from modules.workload.database_roles import DatabaseRoles
from modules.workload.runtime import EcsRuntime
from stacks.platform_stack import PlatformStack


class LoginsStack(PlatformStack):
    """`logins-<service>`: exposes `logins`, whose roles a one-off task has made in the database by then."""

    def __init__(
        self, scope: Construct, *, runtime: EcsRuntime, service: str, postgres: Postgres, settings: Database
    ) -> None:
        super().__init__(scope, name=f"logins-{service}", environment=runtime.environment)
        self.logins = DatabaseLogins(
            self,
            "logins",
            service=service,
            environment=runtime.environment,
            encryption_key=runtime.encryption_key,
            postgres=postgres,
            settings=settings,
        )
        for secret in self.logins.secrets.values():
            self.export(secret.value, "secret_id")
        self.add_dependency(TerraformStack.of(runtime.rollouts))  # its name alone makes no dependency
        DatabaseRoles(self, "roles", runtime=runtime, service=service, master=self.logins.master)


def logins_of(
    scope: Construct, services: Sequence[Service], databases: Mapping[str, Postgres], *, runtime: EcsRuntime
) -> dict[str, DatabaseLogin]:
    """Return the login of each service that uses a database, its own or another's."""
    made: dict[str, DatabaseLogins] = {}
    for service in services:
        if database := service.own_database:
            name = service.name
            stack = LoginsStack(scope, runtime=runtime, service=name, postgres=databases[name], settings=database)
            made[name] = stack.logins
    owners = {service.name: database_owner(service, services) for service in services}
    return {
        one.name: made[owners[one.name]].of(database_login(one, services))
        for one in services
        if owners[one.name] in made
    }
