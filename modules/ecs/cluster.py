"""The ECS cluster of an environment."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResourceLifecycle
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

from config.models.environment.environment import Environment
from modules.attributes import address_of
from modules.checkov import skip
from modules.ecs.ec2_capacity import Ec2Capacity
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.monitoring.instance_alarms import InstanceAlarms
from modules.network.vpc import Vpc

FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"

EXEC_LOG_RETENTION_DAYS = 365  # who typed what into which task: a question that is asked late


class EcsCluster(Construct):
    """A cluster on Fargate and Fargate Spot, of which each service chooses its share, and EC2 for what needs a disk.

    Exposes `cluster`, `ec2`, and `exec_log_group`, where everything typed into a task's shell is written down.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        vpc: Vpc,
        log_key: LogKey,
        encryption_key: EncryptionKey,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        name, settings = environment.name, environment.cluster
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
        if settings.container_insights == "disabled":
            skip(self.cluster, "CKV_AWS_65", "Prometheus measures every task; CloudWatch would be paid for the same.")
        self.ec2 = Ec2Capacity(
            self,
            "ec2",
            environment=environment,
            cluster=self.cluster,
            vpc=vpc,
            encryption_key=encryption_key,
            tags=tags,
        )
        volumes = {disk.name: disk.volume for disk in self.ec2.disks}
        InstanceAlarms(self, "instance-alarms", environment=environment, volumes=volumes)
        provider = self.ec2.provider
        EcsClusterCapacityProviders(
            self,
            "capacity",
            cluster_name=self.cluster.name,
            capacity_providers=[FARGATE, FARGATE_SPOT, provider.name],
            # AWS deletes no provider that a cluster still names.
            # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/ecs_cluster_capacity_providers
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=[f"{address_of(provider)}.id"]),
        )
