"""One task that ends: started by the clock, before a service's deploys, or by hand."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.checkov import skip
from modules.data.postgres import Postgres
from modules.data.storage import Storage
from modules.ecs.scheduled_task import ScheduledTask
from modules.ecs.task import Task
from modules.logging.log_collection import LogCollection
from modules.rollouts.pre_deploy_task import PreDeployTask
from stacks.cluster import ClusterStack
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class JobStack(PlatformStack):
    """A scheduled job or a one-off task; nothing connects to it."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        service: Service,
        network: NetworkStack,
        cluster: ClusterStack,
        callees: Sequence[Task],
        database: Postgres | None,
        storage: Storage,
        logs: LogCollection | None,
        router: str,
    ) -> None:
        super().__init__(scope, name=f"service-{service.name}", environment=environment)
        self.task = Task(
            self,
            "task",
            environment=environment,
            vpc=network.vpc,
            log_key=network.log_key,
            cluster=cluster.cluster,
            database=database,
            storage=storage,
            logs=logs,
            router=router,
            settings=service,
        )
        skip(
            self.task.security_group.group,
            "CKV2_AWS_5",
            "Whoever starts the task attaches it, which checkov does not see.",
        )
        self.task.call(callees)
        if service.schedule:
            ScheduledTask(
                self,
                "schedule",
                name=environment.qualify(service.name),
                environment=environment,
                vpc=network.vpc,
                cluster=cluster.cluster,
                task=self.task,
                spot_percent=environment.spot_percent(service),
                enabled=service.is_runnable,
                settings=service.schedule,
            )
        if service.before and service.is_runnable:
            self.add_dependency(cluster)  # whose function runs it: its name alone makes none
            PreDeployTask(
                self,
                "before-deploy",
                environment=environment,
                rollouts=cluster.rollouts,
                vpc=network.vpc,
                task=self.task,
                database=database,
                settings=service,
            )
