"""The one-off that makes a database's roles, in the words of any other service."""

from __future__ import annotations

from config.models.data.database import Database, Part
from config.models.environment.platform_service import PlatformService, platform_repository
from config.models.service.kinds import Kind

DATABASE_ROLES = "database-roles"
TIMEOUT_MINUTES = 14  # what one invocation of the function that waits for it lasts


class DatabaseRoles(PlatformService):
    """A one-off for each database; its name has an underscore, which no service's has."""

    name: str

    @property
    def repository(self) -> str:
        """Its ECR repository, which all of them have in common."""
        return platform_repository(DATABASE_ROLES)


def database_roles(service: str, tag: str) -> DatabaseRoles:
    """Build the one-off, which is told where the database is by the variables of PostgreSQL's own programs."""
    return DatabaseRoles(
        name=f"{service}_roles",
        kind=Kind.ONE_OFF,
        release=tag,
        read_only_root=True,
        database=Database(
            variables={
                "PGHOST": Part.HOST,
                "PGPORT": Part.PORT,
                "PGDATABASE": Part.NAME,
                "PGUSER": Part.USER,
                "PGPASSWORD": Part.PASSWORD,
            }
        ),
        variables={"PGSSLMODE": "require"},
        timeout_minutes=TIMEOUT_MINUTES,
    )
