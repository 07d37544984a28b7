"""NAT instance: an EC2 instance in place of a NAT gateway, for about a tenth of the price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.eip_association import EipAssociation
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.instance import (
    Instance,
    InstanceLaunchTemplate,
    InstanceNetworkInterface,
)
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateTagSpecifications,
)
from cdktf_cdktf_provider_aws.network_interface import NetworkInterface
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier, plan_subnets
from modules.attributes import address_of
from modules.checkov import skip
from modules.network.acl_rules import ALL_PORTS, ANYWHERE
from modules.network.nat_address import NatAddress
from modules.network.nat_user_data import nat_user_data
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from modules.policy import SESSION_MANAGER_POLICY, trust_service

AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
ROOT_GIB = 8
PERIOD_S, PERIODS = 60, 3
TCP: dict[str, Any] = {"ip_protocol": "tcp", "from_port": ALL_PORTS[0], "to_port": ALL_PORTS[1]}


class NatInstance(Construct):
    """An instance that sends what private subnets send on to the internet, under one public address.

    Exposes `interface`, a network interface that outlives the instance: the routes lead to it, and it has `address`.
    Only private subnets get in. AWS moves the instance off hardware that fails, unless it is told not to; an alarm
    restarts it when its system does not answer, and tells the alert topic; and it installs updates each week.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html
    https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        zone: str,
        environment: Environment,
        vpc: Vpc,
        address: NatAddress,
    ) -> None:
        super().__init__(scope, id_)
        settings, own = environment.network, f"{name}-nat-{zone}"
        tags = {"Name": own}
        firewall = SecurityGroup(
            self, "firewall", name=own, description="NAT: private subnets in, the internet out", vpc=vpc
        )
        private = tuple(subnet for subnet in plan_subnets(settings) if subnet.tier is Tier.PRIVATE)
        for subnet in private:
            VpcSecurityGroupIngressRule(
                self,
                f"private-{subnet.zone}-in",
                security_group_id=firewall.group.id,
                description=f"Private subnets, zone {subnet.zone}",
                cidr_ipv4=subnet.cidr,
                **TCP,
            )
        VpcSecurityGroupEgressRule(
            self,
            "internet-out",
            security_group_id=firewall.group.id,
            description="Where private subnets call",
            cidr_ipv4=ANYWHERE,
            **TCP,
        )
        self.interface = NetworkInterface(
            self,
            "interface",
            description=f"Way out of {environment.name}",
            subnet_id=vpc.subnets[Tier.PUBLIC][zone].id,
            security_groups=[firewall.group.id],
            source_dest_check=False,
            tags=tags,
        )
        known = EipAssociation(
            self,
            "address",
            allocation_id=address.address.id,
            network_interface_id=self.interface.id,
            allow_reassociation=True,  # from an interface that is replaced, or that another stack had
        )
        architecture = "arm64" if settings.nat_instance.is_arm else "x86_64"
        template = LaunchTemplate(
            self,
            "template",
            name=own,
            update_default_version=True,
            # Looked up when an instance starts, else each of AWS' releases would end every connection.
            image_id=f"resolve:ssm:{AMI.format(architecture=architecture)}",
            instance_type=settings.nat_instance.instance_type,
            iam_instance_profile=self._shell(own) if settings.nat_instance.session_manager else None,
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        volume_type="gp3", volume_size=ROOT_GIB, encrypted="true", delete_on_termination="true"
                    ),
                )
            ],
            # The provider's default_tags reach the instance, but not its disk.
            tag_specifications=[LaunchTemplateTagSpecifications(resource_type="volume", tags=tags)],
        )
        self.instance = Instance(
            self,
            "instance",
            launch_template=InstanceLaunchTemplate(id=template.id, version=Token.as_string(template.latest_version)),
            network_interface=[InstanceNetworkInterface(device_index=0, network_interface_id=self.interface.id)],
            # Not in the template: of that the provider would see a change in each plan.
            # https://github.com/hashicorp/terraform-provider-aws/issues/30825
            user_data=nat_user_data(settings, tuple(subnet.cidr for subnet in private)),
            user_data_replace_on_change=True,
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=[f"{address_of(template)}.latest_version"]),
            tags=tags,
            depends_on=[known],  # its first start fetches what it lacks
        )
        skip(self.instance, "CKV_AWS_8", "Its launch template encrypts the disk.")
        skip(self.instance, "CKV_AWS_79", "Its launch template wants tokens of the metadata service.")
        skip(self.instance, "CKV_AWS_126", "One status check a minute is in the free monitoring.")
        skip(self.instance, "CKV_AWS_135", "Instances of this kind are always EBS-optimized.")
        skip(self.instance, "CKV2_AWS_41", "It asks AWS for nothing, unless somebody may open a shell.")
        CloudwatchMetricAlarm(
            self,
            "hangs",
            alarm_name=f"{own}-hangs",
            alarm_description="The NAT instance does not answer: it is restarted. "
            "Runbook: docs/runbooks/README.md#an-impaired-instance-or-disk",
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed_Instance",
            dimensions={"InstanceId": self.instance.id},
            statistic="Minimum",
            period=PERIOD_S,
            evaluation_periods=PERIODS,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            treat_missing_data="notBreaching",
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
            alarm_actions=[f"arn:aws:automate:{environment.region}:ec2:reboot", environment.alerts_topic_arn],
        )

    def _shell(self, name: str) -> LaunchTemplateIamInstanceProfile:
        role = IamRole(
            self,
            "role",
            name=f"{name}-instance",
            description=f"Session Manager on {name}",
            assume_role_policy=trust_service("ec2.amazonaws.com"),
        )
        may_connect = IamRolePolicyAttachment(
            self, "session-manager", role=role.name, policy_arn=SESSION_MANAGER_POLICY
        )
        profile = IamInstanceProfile(self, "profile", name=f"{name}-instance", role=role.name, depends_on=[may_connect])
        return LaunchTemplateIamInstanceProfile(arn=profile.arn)


def nat_instances(scope: Construct, *, environment: Environment, vpc: Vpc, addresses: Mapping[str, NatAddress]) -> None:
    """Make an instance for each zone that has an address, and lead what private subnets send outside to them."""
    instances = [
        NatInstance(
            scope,
            f"nat-{zone}",
            name=environment.qualify("network"),
            zone=zone,
            environment=environment,
            vpc=vpc,
            address=address,
        )
        for zone, address in addresses.items()
    ]
    vpc.route_through(scope, [instance.interface.id for instance in instances])
