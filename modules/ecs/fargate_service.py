"""A service's tasks on Fargate: how many are kept running, and how they are replaced."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceAlarms,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from cdktf_cdktf_provider_aws.service_discovery_service import ServiceDiscoveryService
from constructs import Construct

from config.models.environment.subnets import Tier
from config.models.service.relations import container_of
from config.models.service.service import Service
from modules.ecs.cluster import FARGATE, FARGATE_SPOT, EcsCluster
from modules.ecs.rollback_alarms import RollbackAlarms
from modules.ecs.task import Task
from modules.edge.web_route import WebRoute
from modules.network.vpc import Vpc

MINIMUM_HEALTHY_PERCENT, MAXIMUM_PERCENT = 100, 200


class FargateService(Construct):
    """Rolling deploys that ECS rolls back when they fail; tasks spread and rebalanced over the zones.

    `service` is the AWS resource. The number of tasks is autoscaling's after the first deploy.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: Vpc,
        cluster: EcsCluster,
        task: Task,
        registration: ServiceDiscoveryService,
        route: WebRoute | None,
        alarms: RollbackAlarms | None,
        spot_percent: int,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        alone = settings.scaling.singleton
        on_demand = on_demand_base(settings) if spot_percent else 0
        self.service = EcsService(
            self,
            "service",
            name=settings.name,
            cluster=cluster.cluster.arn,
            task_definition=task.definition.arn,
            desired_count=settings.scaling.min_tasks,
            enable_execute_command=settings.exec,
            # Else the provider destroys the service and makes another one when the shares below change.
            force_new_deployment=True,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(
                    capacity_provider=provider,
                    weight=weight,
                    base=on_demand if provider == FARGATE else 0,
                )
                for provider, weight in shares(spot_percent, on_demand=on_demand).items()
            ],
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
                security_groups=[task.security_group.group.id, *([route.firewall.group.id] if route else [])],
                assign_public_ip=False,
            ),
            service_registries=EcsServiceServiceRegistries(registry_arn=registration.arn),
            load_balancer=_load_balancer(route, settings),
            health_check_grace_period_seconds=settings.health_check.grace_s if route else None,
            alarms=EcsServiceAlarms(alarm_names=alarms.names, enable=True, rollback=True) if alarms else None,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_minimum_healthy_percent=0 if alone else MINIMUM_HEALTHY_PERCENT,
            deployment_maximum_percent=100 if alone else MAXIMUM_PERCENT,
            # It would start a task in another zone before it stops the old one, and ECS refuses it at 100 %.
            availability_zone_rebalancing="DISABLED" if alone else "ENABLED",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            # The provider would wait for running tasks, healthy or not; see modules/rollouts/rollout_check.py instead.
            wait_for_steady_state=False,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
            # A task cannot start without the policy, nor join a target group that no rule leads to.
            depends_on=[task.roles.execution_policy, *(route.needed if route else [])],
        )


def on_demand_base(settings: Service) -> int:
    """Return how many tasks are placed on Fargate before its share of Spot begins: of two or more, one."""
    if settings.on_demand_base is not None:
        return settings.on_demand_base
    return 1 if settings.scaling.min_tasks > 1 else 0


def shares(spot_percent: int, *, on_demand: int = 0) -> dict[str, int]:
    """Return the weights of Fargate and Fargate Spot, without the one that has none.

    A provider without a weight places no task, not even its base.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    weights = {FARGATE: max(100 - spot_percent, 1 if on_demand else 0), FARGATE_SPOT: spot_percent}
    return {provider: weight for provider, weight in weights.items() if weight}


def _load_balancer(route: WebRoute | None, settings: Service) -> list[EcsServiceLoadBalancer] | None:
    if route is None or settings.port is None:
        return None
    return [
        EcsServiceLoadBalancer(
            target_group_arn=route.target_group.arn,
            container_name=container_of(settings, settings.port),
            container_port=settings.port,
        )
    ]
