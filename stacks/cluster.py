"""The ECS cluster, and the private names of what runs in it."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from config.models.environment.environment import Environment
from modules.ecs.cluster import EcsCluster
from modules.ecs.service_discovery import private_namespace
from modules.monitoring.scraper_group import ScraperGroup
from modules.rollouts.function import RolloutFunction
from modules.rollouts.negative_ttl import NegativeTtl
from modules.rollouts.password_restarts import PasswordRestarts
from modules.workload.runtime import EcsRuntime
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class ClusterStack(PlatformStack):
    """The ECS cluster and the parts that all tasks share: exposes `runtime`, which holds them.

    `image_tags` has the tag of each platform image by its name.
    """

    def __init__(
        self, scope: Construct, *, environment: Environment, network: NetworkStack, image_tags: Mapping[str, str]
    ) -> None:
        super().__init__(scope, name="cluster", environment=environment)
        cluster = EcsCluster(
            self,
            "cluster",
            environment=environment,
            vpc=network.vpc,
            log_key=network.log_key,
            encryption_key=network.encryption_key,
            tags=self.tags,
        )
        scraper = ScraperGroup(self, "scraper", environment=environment, vpc=network.vpc)
        namespace = private_namespace(self, "namespace", environment_name=environment.name, vpc=network.vpc)
        rollouts = RolloutFunction(self, "rollouts", environment=environment, log_key=network.log_key)
        PasswordRestarts(self, "password-restarts", environment=environment, function=rollouts)
        NegativeTtl(self, "negative-ttl", namespace=namespace, function=rollouts)
        self.runtime = EcsRuntime(
            environment=environment,
            vpc=network.vpc,
            log_key=network.log_key,
            encryption_key=network.encryption_key,
            cluster=cluster,
            namespace=namespace,
            scraper=scraper,
            rollouts=rollouts,
            image_tags=image_tags,
        )
        self.export(cluster.cluster, "arn", "name")
        self.export(cluster.exec_log_group, "arn")
        self.export(namespace, "id")
        self.export(cluster.ec2.provider, "name")
        self.export(scraper.group, "id")
