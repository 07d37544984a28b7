"""The ECS cluster, and the private names of what runs in it."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import (
    ServiceDiscoveryPrivateDnsNamespace,
)
from constructs import Construct

from config.models.environment.environment import NAMESPACE, Environment
from modules.checkov import skip
from modules.ecs.cluster import EcsCluster
from modules.network.security_group import SecurityGroup
from modules.rollouts.function import RolloutFunction
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class ClusterStack(PlatformStack):
    """The ECS cluster and the parts that all tasks share.

    Exposes `cluster`, the `namespace` that every task registers its address in, `scraper`, who reads metrics, and
    `rollouts`, who waits for rollouts and migrations.
    """

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack) -> None:
        super().__init__(scope, name="cluster", environment=environment)
        self.cluster = EcsCluster(
            self,
            "cluster",
            environment=environment,
            vpc=network.vpc,
            log_key=network.log_key,
            encryption_key=network.encryption_key,
            tags=self.tags,
        )
        # Prometheus' own, here and not beside it: no service's deploy waits for the monitoring.
        self.scraper = SecurityGroup(
            self, "scraper", name=environment.qualify("scraper"), description="Who reads metrics", vpc=network.vpc
        )
        self.scraper.allow_inside(environment.network)
        skip(self.scraper.group, "CKV2_AWS_5", "Prometheus wears it, in the stack monitoring.")
        self.namespace = ServiceDiscoveryPrivateDnsNamespace(
            self,
            "namespace",
            name=NAMESPACE,
            description=f"Services of {environment.name}",
            vpc=network.vpc.vpc.id,
        )
        self.rollouts = RolloutFunction(self, "rollouts", environment=environment, log_key=network.log_key)
        self.export(self.cluster.cluster, "arn", "name")
        self.export(self.cluster.exec_log_group, "arn")
        self.export(self.namespace, "id")
        self.export(self.cluster.ec2.provider, "name")
        self.export(self.scraper.group, "id")
