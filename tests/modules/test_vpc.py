"""The VPC: three tiers in three zones, and the way out of each."""

from __future__ import annotations

import pytest

from config.models.environment.network import ENDPOINTS_WITHOUT_NAT
from config.models.environment.subnets import Tier
from modules.network.vpc import Vpc
from tests.settings import a_network
from tests.synthesis import Attributes, Stack, synthesize_construct


def a_vpc(**fields: object) -> Stack:
    return synthesize_construct(
        lambda stack: Vpc(stack, "vpc", name="test", region="eu-west-1", settings=a_network(**fields))
    )


def routes_of(stack: Stack, tier: Tier) -> dict[str, list[Attributes]]:
    """The routes that the subnets of a tier follow, by availability zone."""
    found = {}
    for association in stack.all("aws_route_table_association"):
        subnet = stack.target(association["subnet_id"])
        if subnet["tags"]["groundwork:tier"] == tier:
            found[subnet["availability_zone"]] = stack.all("aws_route", route_table_id=association["route_table_id"])
    assert len(found) == 3
    return found


@pytest.fixture(scope="module")
def vpc() -> Stack:
    return a_vpc()


def test_each_tier_has_a_subnet_in_each_zone(vpc: Stack) -> None:
    places = {(s["tags"]["groundwork:tier"], s["availability_zone"]) for s in vpc.all("aws_subnet")}
    assert places == {(tier, f"eu-west-1{zone}") for tier in ("public", "private", "isolated") for zone in "abc"}
    assert len(vpc.all("aws_subnet")) == 9


def test_the_zones_are_those_of_the_settings() -> None:
    zones = {subnet["availability_zone"] for subnet in a_vpc(zones=["b", "d", "f"]).all("aws_subnet")}
    assert zones == {"eu-west-1b", "eu-west-1d", "eu-west-1f"}


def test_two_zones_have_the_subnets_that_they_have_among_three() -> None:
    subnets = {s["tags"]["Name"]: s["cidr_block"] for s in a_vpc(zones=["a", "b"]).all("aws_subnet")}
    among_three = {s["tags"]["Name"]: s["cidr_block"] for s in a_vpc().all("aws_subnet")}
    assert len(subnets) == 6
    assert subnets.items() < among_three.items()


def test_every_subnet_follows_the_routes_of_its_tier(vpc: Stack) -> None:
    associations = vpc.all("aws_route_table_association")
    assert len({association["subnet_id"] for association in associations}) == 9
    for association in associations:
        subnet, table = vpc.target(association["subnet_id"]), vpc.target(association["route_table_id"])
        assert subnet["tags"]["groundwork:tier"] == table["tags"]["groundwork:tier"]


def test_public_subnets_route_to_the_internet(vpc: Stack) -> None:
    for routes in routes_of(vpc, Tier.PUBLIC).values():
        (route,) = routes
        assert route["destination_cidr_block"] == "0.0.0.0/0"
        assert route["gateway_id"] == vpc.id_of(vpc.one("aws_internet_gateway"))


@pytest.mark.parametrize("nat", ["per-zone", "single", "none"])
def test_isolated_subnets_have_no_route_out(nat: str) -> None:
    stack = a_vpc(nat=nat, interface_endpoints=sorted(ENDPOINTS_WITHOUT_NAT) if nat == "none" else [])
    assert list(routes_of(stack, Tier.ISOLATED).values()) == [[], [], []]


def test_with_nat_per_zone_no_private_subnet_depends_on_another_zone(vpc: Stack) -> None:
    for zone, routes in routes_of(vpc, Tier.PRIVATE).items():
        (route,) = routes
        gateway = vpc.target(route["nat_gateway_id"])
        assert vpc.target(gateway["subnet_id"])["availability_zone"] == zone


def test_a_single_nat_gateway_serves_all_zones() -> None:
    stack = a_vpc(nat="single")
    gateway = stack.id_of(stack.one("aws_nat_gateway"))
    for routes in routes_of(stack, Tier.PRIVATE).values():
        assert [route["nat_gateway_id"] for route in routes] == [gateway]


def test_without_nat_nothing_leaves_the_private_subnets() -> None:
    stack = a_vpc(nat="none", interface_endpoints=sorted(ENDPOINTS_WITHOUT_NAT))
    assert stack.all("aws_nat_gateway") == stack.all("aws_eip") == []
    assert list(routes_of(stack, Tier.PRIVATE).values()) == [[], [], []]


def test_nat_gateways_stand_in_public_subnets(vpc: Stack) -> None:
    for gateway in vpc.all("aws_nat_gateway"):
        assert vpc.target(gateway["subnet_id"])["tags"]["groundwork:tier"] == Tier.PUBLIC


def test_no_instance_gets_a_public_address_by_accident(vpc: Stack) -> None:
    assert all(subnet["map_public_ip_on_launch"] is False for subnet in vpc.all("aws_subnet"))


def test_the_default_security_group_is_emptied(vpc: Stack) -> None:
    group = vpc.one("aws_default_security_group")
    assert "ingress" not in group
    assert "egress" not in group


def test_names_resolve_inside(vpc: Stack) -> None:
    assert vpc.one("aws_vpc")["enable_dns_support"]
    assert vpc.one("aws_vpc")["enable_dns_hostnames"]
