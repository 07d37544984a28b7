"""One microservice that keeps running: its deploy plans, locks and breaks nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.aws.storage import scaled_by
from config.models.service.service import Service
from modules.checkov import skip
from modules.data.postgres import Postgres
from modules.data.storage import Storage
from modules.ecs.rollback_alarms import RollbackAlarms
from modules.ecs.scaling.autoscaling import Autoscaling
from modules.ecs.scaling.queue_scaling import QueueScaling
from modules.ecs.service_discovery import register
from modules.ecs.task import Task
from modules.logging.log_collection import LogCollection
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack
from stacks.on_fargate import route_to, run_on_fargate
from stacks.platform_stack import PlatformStack


class ServiceStack(PlatformStack):
    """Exposes `task`, which the stacks of its callers connect to. `exporter` and `router` are image tags."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        service: Service,
        network: NetworkStack,
        cluster: ClusterStack,
        edge: EdgeStack,
        callees: Sequence[Task],
        database: Postgres | None,
        storage: Storage,
        logs: LogCollection | None,
        router: str,
        exporter: str,
    ) -> None:
        super().__init__(scope, name=f"service-{service.name}", environment=environment)
        name = environment.qualify(service.name)
        self.task = Task(
            self,
            "task",
            environment=environment,
            vpc=network.vpc,
            log_key=network.log_key,
            cluster=cluster.cluster,
            database=database,
            storage=storage,
            exporter=exporter,
            logs=logs,
            router=router,
            settings=service,
        )
        self.task.call(callees)
        self.task.allow_scraping(cluster.scraper, metrics_port=service.metrics_port)
        route = None
        if service.route and service.port:
            route = route_to(
                self.task,
                service.port,
                scope=self,
                name=name,
                route=service.route,
                environment=environment,
                network=network,
                edge=edge,
                settings=service,
            )
        registration = register(self, "registration", name=service.name, namespace=cluster.namespace)
        self.export(self.task.security_group.group, "id")
        if not service.is_runnable:
            skip(self.task.security_group.group, "CKV2_AWS_5", "The first release brings the tasks that it is for.")
            return  # the first release adds the rest, so that it is judged like every other
        fargate = run_on_fargate(
            self.task,
            scope=self,
            environment=environment,
            network=network,
            cluster=cluster,
            registration=registration,
            route=route,
            alarms=(
                RollbackAlarms(
                    self,
                    "rollback",
                    name=name,
                    load_balancer=edge.load_balancer,
                    route=route,
                    health_check=service.health_check,
                    topic_arn=environment.alerts_topic_arn,
                )
                if route
                else None
            ),
            spot_percent=environment.spot_percent(service),
            settings=service,
        )
        autoscaling = Autoscaling(
            self,
            "autoscaling",
            cluster=cluster.cluster,
            service=fargate.service,
            requests_label=route.requests_label if route else None,
            office_hours=environment.office_hours,
            settings=service.scaling,
        )
        if service.scaling.messages_per_task and (queue := scaled_by(service)):
            QueueScaling(
                self,
                "queue-scaling",
                name=name,
                queue=storage.queues[queue],
                target=autoscaling.target,
                messages_per_task=service.scaling.messages_per_task,
                settings=service.scaling,
            )
