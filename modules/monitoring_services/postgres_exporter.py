"""The PostgreSQL exporter beside a service's database, as an ECS service."""

from __future__ import annotations

from constructs import Construct

from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER, POSTGRES_EXPORTER_PORT, postgres_exporter
from config.models.service.service import Service
from modules.data.database_login import DatabaseLogin
from modules.data.postgres import DATABASE
from modules.ecs.fargate_service import FargateService
from modules.ecs.scaling.autoscaling import Autoscaling
from modules.ecs.service_discovery import register
from modules.network.acl_rules import POSTGRES
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.traced_task import make_task


class PostgresExporter(Construct):
    """One small task that reads the database's statistics, and that Prometheus reads.

    No rollout check waits for it: a database that is away must not fail the deploy that mends it (ADR 0034).
    """

    def __init__(self, scope: Construct, id_: str, *, runtime: EcsRuntime, service: str, login: DatabaseLogin) -> None:
        super().__init__(scope, id_)
        environment = runtime.environment
        settings = postgres_exporter(service, runtime.image_tags[POSTGRES_EXPORTER])
        task = make_task(
            self,
            runtime=runtime,
            dependencies=ServiceDependencies(database=login),
            exporters=(),
            variables={"DATA_SOURCE_URI": f"{login.postgres.instance.address}:{POSTGRES}/{DATABASE}?sslmode=require"},
            settings=settings,
        )
        task.security_group.allow_from(runtime.scraper, POSTGRES_EXPORTER_PORT, scope=self, id_="scrape")
        fargate = FargateService(
            self,
            "fargate",
            vpc=runtime.vpc,
            cluster=runtime.cluster,
            task=task,
            registration=register(self, "registration", name=settings.name, namespace=runtime.namespace),
            route=None,
            alarms=None,
            spot_percent=environment.spot_percent(settings),
            settings=settings,
        )
        if hours := environment.database_hours:
            Autoscaling(
                self,
                "hours",
                cluster=runtime.cluster,
                service=fargate.service,
                requests_label=None,
                office_hours=hours,
                settings=settings.scaling,
            )


def export_database(
    scope: Construct, *, runtime: EcsRuntime, dependencies: ServiceDependencies, settings: Service
) -> None:
    """Add the exporter of a service's own database, where its file asks for one."""
    if settings.has_database_exporter and dependencies.database and (login := dependencies.database.exporter):
        PostgresExporter(scope, "database-exporter", runtime=runtime, service=settings.name, login=login)
