"""One task that ends: started by the clock, before a service's deploys, or by hand."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from config.models.service.service import Service
from modules.checkov import skip
from modules.ecs.scheduled_task import ScheduledTask
from modules.monitoring_services.postgres_exporter import export_database
from modules.rollouts.pre_deploy_task import PreDeployTask
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.traced_task import make_task
from stacks.platform_stack import PlatformStack


class JobStack(PlatformStack):
    """`service-<service>` of a scheduled job or a one-off task; nothing connects to it."""

    def __init__(
        self, scope: Construct, *, runtime: EcsRuntime, dependencies: ServiceDependencies, settings: Service
    ) -> None:
        environment = runtime.environment
        super().__init__(scope, name=f"service-{settings.name}", environment=environment)
        self.task = make_task(self, runtime=runtime, dependencies=dependencies, exporters=(), settings=settings)
        export_database(self, runtime=runtime, dependencies=dependencies, settings=settings)
        unseen = "Whoever starts the task attaches it, which checkov does not see."
        skip(self.task.security_group.group, "CKV2_AWS_5", unseen)
        if settings.schedule:
            ScheduledTask(
                self,
                "schedule",
                name=environment.qualify(settings.name),
                environment=environment,
                vpc=runtime.vpc,
                cluster=runtime.cluster,
                task=self.task,
                spot_percent=environment.spot_percent(settings),
                enabled=settings.is_runnable,
                settings=settings.schedule,
            )
        if settings.before and settings.is_runnable:
            self.add_dependency(TerraformStack.of(runtime.rollouts))  # its name alone makes no dependency
            PreDeployTask(
                self,
                "before-deploy",
                environment=environment,
                rollouts=runtime.rollouts,
                vpc=runtime.vpc,
                task=self.task,
                database=dependencies.database.postgres if dependencies.database else None,
                settings=settings,
            )
