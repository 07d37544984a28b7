"""The ECS cluster of an environment."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster as AwsEcsCluster
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from constructs import Construct

from config.environment import Cluster
from modules.log_key import LogKey

FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"


EXEC_LOG_RETENTION_DAYS = 365  # who typed what into which task: a question that is asked late


class EcsCluster(Construct):
    """A cluster on Fargate and Fargate Spot; each service chooses its share of both.

    Exposes `cluster` and `exec_log_group`, where everything typed into a task's shell is written down.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, log_key: LogKey, settings: Cluster) -> None:
        super().__init__(scope, id_)
        self.exec_log_group = CloudwatchLogGroup(
            self,
            "exec-log-group",
            name=f"/{name}/exec",
            retention_in_days=EXEC_LOG_RETENTION_DAYS,
            kms_key_id=log_key.arn,
        )
        self.cluster = AwsEcsCluster(
            self,
            "cluster",
            name=name,
            setting=[EcsClusterSetting(name="containerInsights", value=settings.container_insights)],
            configuration=EcsClusterConfiguration(
                execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                    kms_key_id=log_key.arn,
                    logging="OVERRIDE",
                    log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                        cloud_watch_encryption_enabled=True, cloud_watch_log_group_name=self.exec_log_group.name
                    ),
                )
            ),
        )
        EcsClusterCapacityProviders(
            self, "capacity", cluster_name=self.cluster.name, capacity_providers=[FARGATE, FARGATE_SPOT]
        )
