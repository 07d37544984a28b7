"""A service that keeps running: its task, its name in Cloud Map, its ECS service and its rollout check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.models.environment.office_hours import OfficeHours
from config.models.environment.platform_service import ECS_EXPORTER
from config.models.service.relations import scaled_by
from config.models.service.routing.public_metrics import public_metrics
from config.models.service.service import Service
from modules.data.generated_secret import GeneratedSecret
from modules.ecs.disk_service import DiskService
from modules.ecs.fargate_service import FargateService
from modules.ecs.rollback_alarms import RollbackAlarms
from modules.ecs.scaling.autoscaling import Autoscaling
from modules.ecs.scaling.queue_scaling import QueueScaling
from modules.ecs.scaling.start_order import hours_in_order
from modules.ecs.service_discovery import register
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_route import WebRoute
from modules.network.security_group import SecurityGroup
from modules.rollouts.rollout_check import RolloutCheck
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.traced_task import make_task


class Workload:
    """Exposes `task`, which can be called as soon as it is made; it runs once one of the `run_` methods is called.

    It adds its constructs to the scope itself and is none, so that a service's addresses in the state are those of its
    stack. `exporters` are those beside it that Prometheus reads.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        runtime: EcsRuntime,
        dependencies: ServiceDependencies | None = None,
        exporters: Sequence[str] = (ECS_EXPORTER,),
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
        disk: str | None = None,
        settings: Service,
    ) -> None:
        self._scope, self._runtime, self._settings = scope, runtime, settings
        self._dependencies = dependencies or ServiceDependencies()
        self.task = make_task(
            scope,
            runtime=runtime,
            dependencies=self._dependencies,
            exporters=exporters,
            generated=generated,
            variables=variables,
            disk=disk,
            settings=settings,
        )
        self._registration = register(scope, "registration", name=settings.name, namespace=runtime.namespace)

    def route_from(self, load_balancer: LoadBalancer, *, name: str) -> WebRoute | None:
        """Let the load balancer reach the task's port, and lead the service's hosts and paths there, if it has any."""
        settings = self._settings
        if not (settings.route and settings.port):
            return None
        return WebRoute(
            self._scope,
            "route",
            name=name,
            service=settings.name,
            vpc=self._runtime.vpc,
            load_balancer=load_balancer,
            environment=self._runtime.environment,
            port=settings.port,
            settings=settings.route,
            health_check=settings.health_check,
            hidden=public_metrics(settings),
        )

    def run_on_fargate(self, *, route: WebRoute | None = None, alarms: RollbackAlarms | None = None) -> EcsService:
        """Keep tasks running on Fargate, and let each apply wait for the verdict on their rollout."""
        fargate = FargateService(
            self._scope,
            "fargate",
            vpc=self._runtime.vpc,
            cluster=self._runtime.cluster,
            task=self.task,
            registration=self._registration,
            route=route,
            alarms=alarms,
            spot_percent=self._runtime.environment.spot_percent(self._settings),
            settings=self._settings,
        )
        return self._checked(fargate.service)

    def run_on_disk(self, *more: SecurityGroup) -> EcsService:
        """Keep one task running on the cluster's EC2 instance, in more security groups than its own."""
        disk_service = DiskService(
            self._scope,
            "disk-service",
            name=self._settings.name,
            environment=self._runtime.environment,
            vpc=self._runtime.vpc,
            cluster=self._runtime.cluster,
            task=self.task,
            registration=self._registration,
            firewalls=[self.task.security_group, *more],
        )
        return self._checked(disk_service.service)

    def autoscale(self, service: EcsService, *, requests_label: str | None) -> Autoscaling:
        """Let load and the clock move the number of tasks."""
        return Autoscaling(
            self._scope,
            "autoscaling",
            cluster=self._runtime.cluster,
            service=service,
            requests_label=requests_label,
            office_hours=hours_in_order(self._runtime.environment.office_hours, self._settings, depth=self.task.depth),
            settings=self._settings.scaling,
        )

    def scale_on_queue(self, scaling: Autoscaling) -> None:
        """Let the messages of a queue move the number of tasks, where the settings name one."""
        settings, queue = self._settings, scaled_by(self._settings)
        if settings.scaling.messages_per_task and queue:
            QueueScaling(
                self._scope,
                "queue-scaling",
                name=self._runtime.environment.qualify(settings.name),
                queue=self._dependencies.storage.queues[queue],
                target=scaling.target,
                messages_per_task=settings.scaling.messages_per_task,
                settings=settings.scaling,
            )

    def keep_hours(self, service: EcsService, hours: OfficeHours) -> None:
        """Let the clock alone stop and start its tasks."""
        Autoscaling(
            self._scope,
            "hours",
            cluster=self._runtime.cluster,
            service=service,
            requests_label=None,
            office_hours=hours,
            settings=self._settings.scaling,
        )

    def _checked(self, service: EcsService) -> EcsService:
        RolloutCheck(
            self._scope,
            "deployment",
            environment=self._runtime.environment,
            rollouts=self._runtime.rollouts,
            service=service,
            task=self.task,
            settings=self._settings,
        )
        return service
