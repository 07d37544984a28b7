"""The CloudWatch exporter (YACE) as an ECS service, and beside it the blackbox exporter."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import (
    BLACKBOX_EXPORTER,
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    PORTS,
    cloudwatch_exporter,
)
from config.models.nat import Nat
from modules.monitoring import policies
from modules.monitoring_services.monitoring_service import MonitoringService
from modules.workload.runtime import EcsRuntime


def host_exporters(environment: Environment) -> tuple[str, ...]:
    """Return the exporter that asks the public hosts, where there is a way out to them."""
    return () if environment.network.nat is Nat.NONE else (BLACKBOX_EXPORTER,)


class CloudwatchExporter(MonitoringService):
    """It reads metrics and tags, and Prometheus reads it.

    Where there is a way out, public hosts are asked from its task too: a task more would be eight dollars a month.
    """

    def __init__(self, scope: Construct, *, runtime: EcsRuntime) -> None:
        beside = host_exporters(runtime.environment)
        super().__init__(
            scope,
            runtime=runtime,
            exporters=(ECS_EXPORTER, *beside),
            settings=cloudwatch_exporter(runtime.image_tags[CLOUDWATCH_EXPORTER]),
        )
        for name in beside:
            self.task.security_group.allow_from(runtime.scraper, PORTS[name], scope=self, id_="scrape-probes")
        self._keep_hours(self._workload.run_on_fargate())
        self.task.roles.allow("metrics", *policies.metrics())
