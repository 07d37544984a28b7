"""The VPC of an environment: three tiers of subnets, one in each zone, and the ways out of each."""

from __future__ import annotations

from collections.abc import Sequence

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

from config.models.environment.network import Network
from config.models.environment.subnets import Subnet, Tier, plan_subnets
from modules.network.acl_rules import ANYWHERE


class Vpc(Construct):
    """Public subnets route to the internet, private ones through NAT (as the settings say), isolated ones nowhere.

    Exposes `vpc`, `subnets[tier][zone]`, `private_route_tables`, one per zone, `internet_route`, without which
    nothing in a public subnet reaches the internet, and `nat_addresses`, which the gateways call from.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, region: str, settings: Network) -> None:
        super().__init__(scope, id_)
        self._name, self._settings = name, settings
        self.nat_addresses: list[str] = []
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
        self.internet_route = _default_route(self, "public", public, gateway_id=internet.id)
        self._route_table("isolated", list(settings.zones), Tier.ISOLATED)
        self.private_route_tables = [
            self._route_table(f"private-{zone}", [zone], Tier.PRIVATE) for zone in settings.zones
        ]
        if settings.nat.has_gateways:
            self._route_private(self, nat_gateway_ids=[self._nat_gateway(zone).id for zone in settings.nat_zones])

    def route_through(self, scope: Construct, network_interface_ids: Sequence[str]) -> None:
        """Lead what private subnets send to the internet to network interfaces: one for each zone, or one for all."""
        self._route_private(scope, network_interface_ids=network_interface_ids)

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

    def _route_private(
        self, scope: Construct, *, nat_gateway_ids: Sequence[str] = (), network_interface_ids: Sequence[str] = ()
    ) -> None:
        for index, (zone, table) in enumerate(zip(self._settings.zones, self.private_route_tables, strict=True)):
            _default_route(
                scope,
                f"private-{zone}",
                table,
                nat_gateway_id=_in_turn(nat_gateway_ids, index),
                network_interface_id=_in_turn(network_interface_ids, index),
            )

    def _nat_gateway(self, zone: str) -> NatGateway:
        name = f"{self._name}-nat-{zone}"
        address = Eip(self, f"nat-{zone}-address", domain="vpc", tags={"Name": name})
        self.nat_addresses.append(address.public_ip)
        return NatGateway(
            self,
            f"nat-{zone}",
            allocation_id=address.id,
            subnet_id=self.subnets[Tier.PUBLIC][zone].id,
            tags={"Name": name},
            depends_on=[self.internet_route],
        )


def _default_route(
    scope: Construct,
    id_: str,
    table: RouteTable,
    *,
    gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
) -> Route:
    return Route(
        scope,
        f"{id_}-way-out",
        route_table_id=table.id,
        destination_cidr_block=ANYWHERE,
        gateway_id=gateway_id,
        nat_gateway_id=nat_gateway_id,
        network_interface_id=network_interface_id,
    )


def _in_turn(ids: Sequence[str], index: int) -> str | None:
    return ids[index % len(ids)] if ids else None
