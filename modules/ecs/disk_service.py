"""A service that keeps data on the instance's disk: one task on each instance."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceNetworkConfiguration,
    EcsServicePlacementConstraints,
    EcsServiceServiceRegistries,
)
from cdktf_cdktf_provider_aws.service_discovery_service import ServiceDiscoveryService
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from modules.ecs.cluster import EcsCluster
from modules.ecs.task import Task
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc

# The old task lets go of the disk before the new one takes it: two on one lock would both be stopped.
MAXIMUM_PERCENT = 100
# Of two, one stays while the other is replaced.
MINIMUM_HEALTHY_PERCENT = {1: 0, 2: 50}


class DiskService(Construct):
    """Runs a task on each of the cluster's EC2 instances, replaces it when it dies, and deploys by stopping it first.

    Exposes `service`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        vpc: Vpc,
        cluster: EcsCluster,
        task: Task,
        registration: ServiceDiscoveryService,
        firewalls: Sequence[SecurityGroup],
    ) -> None:
        super().__init__(scope, id_)
        replicas = environment.monitoring.replicas
        self.service = EcsService(
            self,
            "service",
            name=name,
            cluster=cluster.cluster.arn,
            task_definition=task.definition.arn,
            desired_count=replicas,
            # Else the provider destroys the service and makes another one when its capacity provider is another.
            force_new_deployment=True,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(capacity_provider=cluster.ec2.provider.name, weight=1, base=0)
            ],
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=[vpc.subnets[Tier.PRIVATE][zone].id for zone in environment.ec2_zones],
                security_groups=[security_group.group.id for security_group in firewalls],
                assign_public_ip=False,
            ),
            placement_constraints=[EcsServicePlacementConstraints(type="distinctInstance")] if replicas > 1 else None,
            service_registries=EcsServiceServiceRegistries(registry_arn=registration.arn),
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_minimum_healthy_percent=MINIMUM_HEALTHY_PERCENT[replicas],
            deployment_maximum_percent=MAXIMUM_PERCENT,
            availability_zone_rebalancing="DISABLED",  # ECS refuses it where no more than 100 % may run
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            # By the clock, where there are office hours.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"])
            if environment.monitoring_hours
            else None,
            wait_for_steady_state=False,  # see modules/rollouts/rollout_check.py
            depends_on=[task.roles.execution_policy],
        )
