"""The ECS cluster of an environment."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster as AwsEcsCluster
from cdktf_cdktf_provider_aws.ecs_cluster import EcsClusterSetting
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from constructs import Construct

from config.environment import Cluster

FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"


class EcsCluster(Construct):
    """A cluster on Fargate and Fargate Spot; each service chooses its share of both."""

    def __init__(self, scope: Construct, id_: str, *, name: str, settings: Cluster) -> None:
        super().__init__(scope, id_)
        self.cluster = AwsEcsCluster(
            self,
            "cluster",
            name=name,
            setting=[EcsClusterSetting(name="containerInsights", value=settings.container_insights)],
        )
        EcsClusterCapacityProviders(
            self, "capacity", cluster_name=self.cluster.name, capacity_providers=[FARGATE, FARGATE_SPOT]
        )
