"""The EC2 instances of a cluster, for tasks that need a disk."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from cdktf import Fn, Token
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupAvailabilityZoneDistribution,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupTag,
)
from cdktf_cdktf_provider_aws.ecs_capacity_provider import (
    EcsCapacityProvider,
    EcsCapacityProviderAutoScalingGroupProvider,
    EcsCapacityProviderAutoScalingGroupProviderManagedScaling,
)
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateTagSpecifications,
)
from constructs import Construct

from config.models.environment.ec2 import data_volume
from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from modules.ecs.data_volume import DataVolume
from modules.ecs.instance_role import InstanceRole
from modules.ecs.user_data import user_data, volume_marks
from modules.encryption_key import EncryptionKey
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc

HTTPS = 443
AMIS = "/aws/service/ecs/optimized-ami/amazon-linux-2023"
DAY_S = 24 * 60 * 60
# The agent reaches AWS from the host. A task that wants more than its own role must not find the host's:
# one hop ends at the host, and tasks with a network interface of their own are shut out by the agent.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
ONE_HOP = 1
# Of two instances one stays while the other is replaced: least and most that run meanwhile, in percent.
WHILE_REPLACED = {1: (0, 100), 2: (50, 100)}
# The time from an instance's start to Prometheus on it: the next one is replaced no sooner.
WARM_UP_S = 600


class Ec2Capacity(Construct):
    """A capacity provider over a group of instances, each with a disk in a zone of its own.

    Exposes `provider` and the `disks`.

    There are as many as replicas of Prometheus. A task finds its folder of the disk below DATA. An instance that dies
    is replaced in the same zone, and the new one takes the disk over; so are one that grows old and one whose template
    changes.

    No key pair and no way in: whoever needs a shell goes through Session Manager.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        cluster: EcsCluster,
        vpc: Vpc,
        encryption_key: EncryptionKey,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        name, settings = environment.qualify("ec2"), environment.cluster.ec2
        role = InstanceRole(
            self,
            "role",
            name=name,
            environment=environment,
            cluster=cluster,
            session_manager=settings.session_manager,
        )
        script = Fn.base64decode(b64encode(user_data(environment).encode()).decode())
        self.disks: list[DataVolume] = []
        may_attach = []
        for number, (zone, mark) in enumerate(volume_marks(environment).items(), start=1):
            nth = f"-{number}" if number > 1 else ""
            disk = environment.qualify(data_volume(number))
            data = DataVolume(
                self, f"data{nth}", name=disk, zone=zone, environment=environment, encryption_key=encryption_key
            )
            self.disks.append(data)
            policy = f"attach-data-volume{nth}"
            may_attach.append(data.allow_attach(role.role, name=policy, instance_name=name))
            # The shell's own ${…} and quotes are kept from Terraform; only it knows the volume.
            script = Fn.replace(script, mark, data.volume.id)
        security_group = SecurityGroup(self, "firewall", name=name, description=f"Instances of {name}", vpc=vpc)
        security_group.allow_out(HTTPS)  # AWS's APIs, the registry, the system's updates
        every = {**tags, "Name": name}
        template = LaunchTemplate(
            self,
            "template",
            name=name,
            update_default_version=True,
            # Looked up when an instance starts. Looked up by Terraform, each of AWS's releases would be a change.
            # https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
            image_id=f"resolve:ssm:{AMIS}{'/arm64' if settings.is_arm else ''}/recommended/image_id",
            instance_type=settings.instance_type,
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=role.profile.arn),
            vpc_security_group_ids=[security_group.group.id],
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=ONE_HOP
            ),
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        volume_type="gp3",
                        volume_size=settings.root_volume_gib,
                        encrypted="true",
                        delete_on_termination="true",
                    ),
                )
            ],
            user_data=Fn.base64encode(script),
            # The provider's default_tags reach the template, but not what is started from it.
            tag_specifications=[
                LaunchTemplateTagSpecifications(resource_type=kind, tags=every) for kind in ("instance", "volume")
            ],
        )
        replicas = environment.monitoring.replicas
        least, most = WHILE_REPLACED[replicas]
        group = AutoscalingGroup(
            self,
            "group",
            name=name,
            vpc_zone_identifier=[vpc.subnets[Tier.PRIVATE][zone].id for zone in environment.ec2_zones],
            # Each disk stays in its zone, so an instance in another one would find none.
            availability_zone_distribution=AutoscalingGroupAvailabilityZoneDistribution(
                capacity_distribution_strategy="balanced-only"
            )
            if replicas > 1
            else None,
            # In office hours ECS starts and ends the instance with the tasks that ask for one.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html
            min_size=0 if environment.monitoring_hours else replicas,
            max_size=replicas,
            default_instance_warmup=WARM_UP_S if replicas > 1 else None,
            launch_template=AutoscalingGroupLaunchTemplate(
                id=template.id, version=Token.as_string(template.latest_version)
            ),
            max_instance_lifetime=settings.max_age_days * DAY_S,
            # First the old one goes, then the new one comes: there is only one disk in a zone.
            instance_maintenance_policy=AutoscalingGroupInstanceMaintenancePolicy(
                min_healthy_percentage=least, max_healthy_percentage=most
            ),
            instance_refresh=AutoscalingGroupInstanceRefresh(
                strategy="Rolling",
                preferences=AutoscalingGroupInstanceRefreshPreferences(
                    min_healthy_percentage=least, max_healthy_percentage=most
                ),
            ),
            enabled_metrics=["GroupDesiredCapacity", "GroupInServiceInstances"],
            # A draining instance waits for its tasks for up to an hour, longer than Terraform waits for the group.
            # Forced, the deletion takes the instances along and waits for none.
            # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
            force_delete=True,
            tag=[
                AutoscalingGroupTag(key=key, value=value, propagate_at_launch=True)
                # ECS adds the first one, and Terraform would remove it.
                for key, value in sorted({"AmazonECSManaged": "true", **every}.items())
            ],
            depends_on=may_attach,  # an instance that came first would give up
        )
        self.provider = EcsCapacityProvider(
            self,
            "provider",
            name=name,
            auto_scaling_group_provider=EcsCapacityProviderAutoScalingGroupProvider(
                auto_scaling_group_arn=group.arn,
                managed_scaling=EcsCapacityProviderAutoScalingGroupProviderManagedScaling(
                    status="ENABLED", target_capacity=100
                ),
                # An instance that hangs cannot stop its tasks, and draining it would hold the disk for up to 48 hours.
                # One that is well stops them when it shuts down, and what Prometheus keeps survives that.
                # https://github.com/aws/containers-roadmap/issues/2685
                managed_draining="DISABLED",
                # The protection outlives the provider, and then holds the group for ever.
                # https://github.com/aws/containers-roadmap/issues/2862
                managed_termination_protection="DISABLED",
            ),
        )
