"""An ECS service of the monitoring: Prometheus reads it, and it keeps the monitoring's office hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.models.environment.platform_service import ECS_EXPORTER, PlatformService
from modules.data.generated_secret import GeneratedSecret
from modules.workload.runtime import EcsRuntime
from modules.workload.workload import Workload


class MonitoringService(Construct):
    """Exposes `task`, which others call and which is given its rights; the id is the service's name.

    `disk` is where its data volume is mounted: with one it runs on the environment's instance, else on Fargate.
    `exporters` are those beside it that Prometheus reads.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        runtime: EcsRuntime,
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
        disk: str | None = None,
        exporters: Sequence[str] = (ECS_EXPORTER,),
        settings: PlatformService,
    ) -> None:
        super().__init__(scope, settings.name)
        self._hours = runtime.environment.monitoring_hours
        self._workload = Workload(
            self,
            runtime=runtime,
            generated=generated,
            variables=variables,
            disk=disk,
            exporters=exporters,
            settings=settings,
        )
        self.task = self._workload.task
        # Prometheus calls it itself, on the port of each.
        self.task.allow_scraping(runtime.scraper, metrics_port=None)

    def _keep_hours(self, service: EcsService) -> None:
        if self._hours:
            self._workload.keep_hours(service, self._hours)
