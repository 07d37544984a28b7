"""One microservice that keeps running: its deploy plans, locks and breaks nothing else."""

from __future__ import annotations

from constructs import Construct

from config.models.service.service import Service
from modules.checkov import skip
from modules.ecs.rollback_alarms import RollbackAlarms
from modules.edge.load_balancer import LoadBalancer
from modules.monitoring_services.postgres_exporter import export_database
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.workload import Workload
from stacks.platform_stack import PlatformStack


class ServiceStack(PlatformStack):
    """`service-<service>`: exposes `task`, which the stacks of its callers connect to."""

    def __init__(
        self,
        scope: Construct,
        *,
        runtime: EcsRuntime,
        load_balancer: LoadBalancer,
        dependencies: ServiceDependencies,
        settings: Service,
    ) -> None:
        environment, name = runtime.environment, runtime.environment.qualify(settings.name)
        super().__init__(scope, name=f"service-{settings.name}", environment=environment)
        workload = Workload(self, runtime=runtime, dependencies=dependencies, settings=settings)
        self.task = workload.task
        self.task.allow_scraping(runtime.scraper, metrics_port=settings.metrics_port)
        self.export(self.task.security_group.group, "id")
        export_database(self, runtime=runtime, dependencies=dependencies, settings=settings)
        route = workload.route_from(load_balancer, name=name)
        if not settings.is_runnable:
            for firewall in (self.task.security_group, *([route.firewall] if route else [])):
                skip(firewall.group, "CKV2_AWS_5", "The first release brings the tasks that it is for.")
            return  # the first release adds the rest, so that it is judged like every other
        alarms = None
        if route:
            alarms = RollbackAlarms(
                self,
                "rollback",
                name=name,
                load_balancer=load_balancer,
                route=route,
                health_check=settings.health_check,
                topic_arn=environment.alerts_topic_arn,
            )
        service = workload.run_on_fargate(route=route, alarms=alarms)
        workload.scale_on_queue(workload.autoscale(service, requests_label=route.requests_label if route else None))
