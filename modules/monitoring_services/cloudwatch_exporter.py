"""The CloudWatch exporter (YACE) as an ECS service, and beside it the blackbox exporter."""

from __future__ import annotations

from constructs import Construct

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


class CloudwatchExporter(MonitoringService):
    """It reads metrics and tags, and Prometheus reads it.

    Where there is a way out, public hosts are asked from its task too: a task more would be eight dollars a month.
    """

    def __init__(self, scope: Construct, *, runtime: EcsRuntime) -> None:
        asks_hosts = runtime.environment.network.nat is not Nat.NONE
        super().__init__(
            scope,
            runtime=runtime,
            exporters=(ECS_EXPORTER, *([BLACKBOX_EXPORTER] if asks_hosts else [])),
            settings=cloudwatch_exporter(runtime.image_tags[CLOUDWATCH_EXPORTER]),
        )
        if asks_hosts:
            self.task.security_group.allow_from(
                runtime.scraper, PORTS[BLACKBOX_EXPORTER], scope=self, id_="scrape-probes"
            )
        self._keep_hours(self._workload.run_on_fargate())
        self.task.roles.allow("metrics", *policies.metrics())
