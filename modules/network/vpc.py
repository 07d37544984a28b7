"""The VPC of an environment: nine subnets in three tiers, and the ways out of each."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet as AwsSubnet
from cdktf_cdktf_provider_aws.vpc import Vpc as AwsVpc
from constructs import Construct

from config.models.environment.network import Nat, Network
from config.models.environment.subnets import Subnet, Tier, plan_subnets
from modules.network.acl_rules import ANYWHERE


class Vpc(Construct):
    """Public subnets route to the internet, private ones through NAT (as the settings say), isolated ones nowhere.

    Exposes `vpc`, `subnets[tier][zone]` and `private_route_tables`, one per zone.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, region: str, settings: Network) -> None:
        super().__init__(scope, id_)
        self._name = name
        self.vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=str(settings.cidr),
            enable_dns_hostnames=True,  # interface endpoints and app.local resolve through it
            enable_dns_support=True,
            tags={"Name": name},
        )
        # Adopted only to be emptied: what names no security group of its own can talk to nothing.
        DefaultSecurityGroup(self, "default-security-group", vpc_id=self.vpc.id, tags={"Name": f"{name}-unused"})
        self.subnets: dict[Tier, dict[str, AwsSubnet]] = {tier: {} for tier in Tier}
        for subnet in plan_subnets(settings):
            self.subnets[subnet.tier][subnet.zone] = self._subnet(subnet, f"{region}{subnet.zone}")

        public = self._route_table("public", list(settings.zones), Tier.PUBLIC)
        internet = InternetGateway(self, "internet-gateway", vpc_id=self.vpc.id, tags={"Name": name})
        way_out = self._default_route("public", public, gateway_id=internet.id)
        self._route_table("isolated", list(settings.zones), Tier.ISOLATED)
        self.private_route_tables = [
            self._route_table(f"private-{zone}", [zone], Tier.PRIVATE) for zone in settings.zones
        ]
        if settings.nat is not Nat.NONE:
            zones = settings.zones if settings.nat is Nat.PER_ZONE else settings.zones[:1]
            gateways = [self._nat_gateway(zone, way_out) for zone in zones]
            for index, (zone, table) in enumerate(zip(settings.zones, self.private_route_tables, strict=True)):
                gateway = gateways[index % len(gateways)]
                self._default_route(f"private-{zone}", table, nat_gateway_id=gateway.id)

    def _subnet(self, subnet: Subnet, availability_zone: str) -> AwsSubnet:
        return AwsSubnet(
            self,
            f"{subnet.tier}-{subnet.zone}",
            vpc_id=self.vpc.id,
            cidr_block=subnet.cidr,
            availability_zone=availability_zone,
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._name}-{subnet.tier}-{subnet.zone}", "groundwork:tier": subnet.tier.value},
        )

    def _route_table(self, id_: str, zones: list[str], tier: Tier) -> RouteTable:
        tags = {"Name": f"{self._name}-{id_}", "groundwork:tier": tier.value}
        table = RouteTable(self, f"{id_}-routes", vpc_id=self.vpc.id, tags=tags)
        for zone in zones:
            RouteTableAssociation(
                self,
                f"{tier}-{zone}-routed",
                subnet_id=self.subnets[tier][zone].id,
                route_table_id=table.id,
            )
        return table

    def _default_route(
        self, id_: str, table: RouteTable, *, gateway_id: str | None = None, nat_gateway_id: str | None = None
    ) -> Route:
        return Route(
            self,
            f"{id_}-way-out",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
        )

    def _nat_gateway(self, zone: str, way_out: Route) -> NatGateway:
        name = f"{self._name}-nat-{zone}"
        address = Eip(self, f"nat-{zone}-address", domain="vpc", tags={"Name": name})
        return NatGateway(
            self,
            f"nat-{zone}",
            allocation_id=address.id,
            subnet_id=self.subnets[Tier.PUBLIC][zone].id,
            tags={"Name": name},
            depends_on=[way_out],
        )
