"""The CloudWatch exporter (YACE) as an ECS service."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.platform_service import CLOUDWATCH_EXPORTER, cloudwatch_exporter
from modules.monitoring import policies
from modules.monitoring_services.monitoring_service import MonitoringService
from modules.workload.runtime import EcsRuntime


class CloudwatchExporter(MonitoringService):
    """It reads metrics and tags, and Prometheus reads it."""

    def __init__(self, scope: Construct, *, runtime: EcsRuntime) -> None:
        super().__init__(scope, runtime=runtime, settings=cloudwatch_exporter(runtime.image_tags[CLOUDWATCH_EXPORTER]))
        self._keep_hours(self._workload.run_on_fargate())
        self.task.roles.allow("metrics", *policies.metrics())
