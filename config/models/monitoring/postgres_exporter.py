"""The PostgreSQL exporter of a service's database, in the words of any other service."""

from __future__ import annotations

from config.models.data.database import Database, Part
from config.models.environment.platform_service import ONE, PlatformService, platform_repository
from config.models.service.check_command import SHELL
from config.models.service.health_check import HealthCheck
from config.models.service.kinds import Kind

POSTGRES_EXPORTER, POSTGRES_EXPORTER_PORT = "postgres-exporter", 9187
# RDS changes the password every week, and a task has that of its start: one that cannot log in is replaced. After ten
# minutes, by when a failover or an upgrade is over.
HEALTH_CHECK = HealthCheck(
    command=(SHELL, f"wget -q -O - http://127.0.0.1:{POSTGRES_EXPORTER_PORT}/metrics | grep -q '^pg_up 1'"),
    interval_s=60,
    timeout_s=30,
    unhealthy_threshold=10,
)


class PostgresExporter(PlatformService):
    """An exporter for each database; its name has an underscore, which no service's has."""

    name: str

    @property
    def repository(self) -> str:
        """Its ECR repository, which all exporters have in common."""
        return platform_repository(POSTGRES_EXPORTER)


def exporter_of(service: str) -> str:
    """Return the name of the exporter of a service's database: in ECS, in Cloud Map, of its roles and of its log."""
    return f"{service}_postgres"


def postgres_exporter(service: str, tag: str) -> PostgresExporter:
    """Build the exporter, which is told where the database is by the variables that it reads."""
    return PostgresExporter(
        name=exporter_of(service),
        kind=Kind.INTERNAL,
        release=tag,
        port=POSTGRES_EXPORTER_PORT,
        read_only_root=True,
        database=Database(variables={"DATA_SOURCE_USER": Part.USER, "DATA_SOURCE_PASS": Part.PASSWORD}),
        health_check=HEALTH_CHECK,
        scaling=ONE,
    )
