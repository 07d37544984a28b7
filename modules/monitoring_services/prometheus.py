"""Prometheus as an ECS service, on each of the environment's instances with a disk."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.platform_service import PROMETHEUS, prometheus
from config.models.monitoring.prometheus_command import DISK
from modules.monitoring import policies
from modules.monitoring.metrics_workspace import MetricsWorkspace
from modules.monitoring_services.monitoring_service import MonitoringService
from modules.workload.runtime import EcsRuntime


class Prometheus(MonitoringService):
    """It finds its targets in Cloud Map, and is the scraper that every service lets in."""

    def __init__(self, scope: Construct, *, runtime: EcsRuntime) -> None:
        environment = runtime.environment
        settings = prometheus(environment, runtime.image_tags[PROMETHEUS])
        workspace_id, variables = None, {}
        if sent := environment.monitoring.remote_write:
            workspace_id = sent.workspace_id
            if workspace_id is None:
                key = runtime.encryption_key
                workspace = MetricsWorkspace(scope, "metrics", environment=environment, encryption_key=key)
                workspace_id = variables["WORKSPACE_ID"] = workspace.id
        super().__init__(scope, runtime=runtime, variables=variables, disk=DISK, settings=settings)
        self._keep_hours(self._workload.run_on_disk(runtime.scraper))
        self.task.roles.allow("discovery", *policies.discovery(environment))
        if workspace_id is not None:
            self.task.roles.allow("remote-write", policies.remote_write(environment, workspace_id))
