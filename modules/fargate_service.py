"""A service's tasks on Fargate: what a task is, and how many are kept running."""

from __future__ import annotations

import json

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition, EcsTaskDefinitionRuntimePlatform
from cdktf_cdktf_provider_aws.service_discovery_service import ServiceDiscoveryService
from constructs import Construct

from config.environment import Environment
from config.service import Service
from config.subnets import Tier
from modules.ecs_cluster import FARGATE, FARGATE_SPOT, EcsCluster
from modules.firewall import Firewall
from modules.task_roles import TaskRoles
from modules.vpc import Vpc
from modules.web_route import WebRoute

MINIMUM_HEALTHY_PERCENT, MAXIMUM_PERCENT = 100, 200
STOP_TIMEOUT_S = 60  # longer than the load balancer takes to stop sending requests


class FargateService(Construct):
    """Rolling deployments with circuit breaker and rollback, tasks spread and rebalanced over the zones.

    `service` is the AWS resource. The number of tasks is autoscaling's after the first deploy.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        vpc: Vpc,
        cluster: EcsCluster,
        registration: ServiceDiscoveryService,
        firewall: Firewall,
        roles: TaskRoles,
        log_group: CloudwatchLogGroup,
        route: WebRoute | None,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        definition = EcsTaskDefinition(
            self,
            "task",
            family=environment.qualify(settings.name),
            requires_compatibilities=[FARGATE],
            network_mode="awsvpc",
            cpu=str(settings.cpu),
            memory=str(settings.memory_mib),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=settings.architecture.value.upper(), operating_system_family="LINUX"
            ),
            execution_role_arn=roles.execution.arn,
            task_role_arn=roles.task.arn,
            container_definitions=json.dumps([_container(environment, settings, log_group)], sort_keys=True),
        )
        self.service = EcsService(
            self,
            "service",
            name=settings.name,
            cluster=cluster.cluster.arn,
            task_definition=definition.arn,
            desired_count=settings.scaling.min_tasks,
            capacity_provider_strategy=_strategy(environment, settings),
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
                security_groups=[firewall.group.id],
                assign_public_ip=False,
            ),
            service_registries=EcsServiceServiceRegistries(registry_arn=registration.arn),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=route.target_group.arn,
                    container_name=settings.name,
                    container_port=settings.port,
                )
            ]
            if route
            else None,
            health_check_grace_period_seconds=settings.health_check.grace_s if route else None,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_minimum_healthy_percent=MINIMUM_HEALTHY_PERCENT,
            deployment_maximum_percent=MAXIMUM_PERCENT,
            availability_zone_rebalancing="ENABLED",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=True,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
            # A task cannot start without the policy, nor join a target group that no rule leads to.
            depends_on=[roles.execution_policy, *([route.rule] if route else [])],
        )


def _container(environment: Environment, settings: Service, log_group: CloudwatchLogGroup) -> dict[str, object]:
    container: dict[str, object] = {
        "name": settings.name,
        "image": environment.image(settings),
        "essential": True,
        "environment": [{"name": key, "value": value} for key, value in sorted(settings.variables.items())],
        "stopTimeout": STOP_TIMEOUT_S,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group.name,
                "awslogs-region": environment.region,
                "awslogs-stream-prefix": "task",
                # A log that cannot be written must not stop the service that writes it.
                "mode": "non-blocking",
                "max-buffer-size": "10m",
            },
        },
    }
    if settings.command:
        container["command"] = list(settings.command)
    if settings.port:
        container["portMappings"] = [{"containerPort": settings.port, "protocol": "tcp"}]
    return container


def _strategy(environment: Environment, settings: Service) -> list[EcsServiceCapacityProviderStrategy]:
    own = settings.spot_percent
    spot = environment.cluster.spot_percent if own is None else own
    weights = {FARGATE: 100 - spot, FARGATE_SPOT: spot}
    return [
        EcsServiceCapacityProviderStrategy(capacity_provider=provider, weight=weight, base=0)
        for provider, weight in weights.items()
        if weight
    ]
