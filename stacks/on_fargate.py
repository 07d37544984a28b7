"""A service on Fargate, as every stack runs one: its route from the load balancer, its tasks, and its rollout check."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.service_discovery_service import ServiceDiscoveryService
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.http import Http
from config.models.service.public_metrics import public_metrics
from config.models.service.service import Service
from modules.ecs.fargate_service import FargateService
from modules.ecs.rollback_alarms import RollbackAlarms
from modules.ecs.task import Task
from modules.edge.web_route import WebRoute
from modules.rollouts.rollout_check import RolloutCheck
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack


def route_to(
    task: Task,
    port: int,
    *,
    scope: Construct,
    name: str,
    route: Http,
    environment: Environment,
    network: NetworkStack,
    edge: EdgeStack,
    settings: Service,
) -> WebRoute:
    """Let the load balancer reach a port of the task, and lead the route's host and path there."""
    load_balancer = edge.load_balancer
    task.security_group.allow_from(load_balancer.security_group, port, scope=scope, id_="load-balancer")
    return WebRoute(
        scope,
        "route",
        name=name,
        service=settings.name,
        vpc=network.vpc,
        load_balancer=load_balancer,
        host=environment.hostname(route),
        settings=route,
        health_check=settings.health_check,
        hidden=public_metrics(settings),
    )


def run_on_fargate(
    task: Task,
    *,
    scope: Construct,
    environment: Environment,
    network: NetworkStack,
    cluster: ClusterStack,
    registration: ServiceDiscoveryService,
    route: WebRoute | None,
    alarms: RollbackAlarms | None,
    spot_percent: int,
    settings: Service,
) -> FargateService:
    """Keep tasks running, and let each apply wait for the verdict on their rollout."""
    fargate = FargateService(
        scope,
        "fargate",
        vpc=network.vpc,
        cluster=cluster.cluster,
        task=task,
        registration=registration,
        route=route,
        alarms=alarms,
        spot_percent=spot_percent,
        settings=settings,
    )
    RolloutCheck(
        scope,
        "deployment",
        environment=environment,
        rollouts=cluster.rollouts,
        service=fargate.service,
        task=task,
        settings=settings,
    )
    return fargate
