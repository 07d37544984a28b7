"""The security group around one thing: closed until somebody is allowed through."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.models.environment.network import Network
from config.models.environment.subnets import Tier, plan_subnets
from modules.checkov import skip
from modules.network.acl_rules import ANYWHERE
from modules.network.vpc import Vpc

HTTP = 80


class SecurityGroup(Construct):
    """A security group without a rule; `group` is the AWS resource.

    A `replaceable` one has its name as a prefix: another name makes another group, and this one goes, with its rules,
    when nothing that depends on it is left to be changed. Tasks that run keep the group that they were started with.

    A rule between two stacks is created in the one that is deployed later, so that the earlier one does not change.
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, description: str, vpc: Vpc, replaceable: bool = False
    ) -> None:
        super().__init__(scope, id_)
        self.name, self._is_open_inside = name, False
        self._lifecycle = TerraformResourceLifecycle(create_before_destroy=True) if replaceable else None
        self.group = AwsSecurityGroup(
            self,
            "group",
            name=None if replaceable else name,
            name_prefix=f"{name}-" if replaceable else None,
            description=description,
            vpc_id=vpc.vpc.id,
            revoke_rules_on_delete=True,
            tags={"Name": name},
            lifecycle=self._lifecycle,
        )

    def allow_internet(self, port: int) -> VpcSecurityGroupIngressRule:
        """Let anyone in on a port; only the load balancer does."""
        return VpcSecurityGroupIngressRule(
            self,
            f"internet-in-{port}",
            security_group_id=self.group.id,
            description=f"The internet on {port}",
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def allow_out(self, port: int) -> None:
        """Let this thing call anyone outside on a port."""
        VpcSecurityGroupEgressRule(
            self,
            f"internet-out-{port}",
            security_group_id=self.group.id,
            description=f"Anyone on {port}",
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def allow_inside(self, settings: Network) -> None:
        """Let this thing call into the private subnets, where the rule of each callee decides.

        Many share such a caller, and a group takes 60 rules: one for each callee would end at the 28th.
        """
        self._is_open_inside = True
        for subnet in plan_subnets(settings):
            if subnet.tier is Tier.PRIVATE:
                VpcSecurityGroupEgressRule(
                    self,
                    f"inside-{subnet.zone}",
                    security_group_id=self.group.id,
                    description=f"Private subnets, zone {subnet.zone}",
                    cidr_ipv4=subnet.cidr,
                    ip_protocol="tcp",
                    from_port=0,
                    to_port=65_535,
                )

    def allow_from(
        self, caller: SecurityGroup, port: int, *, scope: Construct, id_: str, protocol: str = "tcp"
    ) -> VpcSecurityGroupIngressRule:
        """Open a port to the caller on both sides, as `calls:` does (modules/ecs/task.py), and return the side here.

        `scope` lies in the later of the two stacks.
        """
        door = VpcSecurityGroupIngressRule(
            scope,
            f"{id_}-in",
            security_group_id=self.group.id,
            description=f"{caller.name} on {port}",
            referenced_security_group_id=caller.group.id,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
            lifecycle=self._lifecycle,
        )
        if port == HTTP:
            skip(
                door, "CKV_AWS_260", "Its source is a security group; the check takes a rule without a range for open."
            )
        if caller._is_open_inside:
            return door
        VpcSecurityGroupEgressRule(
            scope,
            f"{id_}-out",
            security_group_id=caller.group.id,
            description=f"{self.name} on {port}",
            referenced_security_group_id=self.group.id,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
        )
        return door
