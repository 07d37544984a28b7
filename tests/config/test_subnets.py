"""Nine subnets in any VPC that the settings allow."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from config.models.environment.network import LARGEST_VPC_PREFIX, SMALLEST_VPC_PREFIX, Network
from config.models.environment.subnets import Subnet, Tier, plan_subnets

PREFIXES = range(LARGEST_VPC_PREFIX, SMALLEST_VPC_PREFIX + 1)
# An application load balancer wants a /27 in each of its subnets.
SMALLEST_PUBLIC_PREFIX = 27


def planned(prefix: int) -> tuple[IPv4Network, dict[Subnet, IPv4Network]]:
    network = Network(cidr=IPv4Network(("172.16.0.0", prefix)))
    return network.cidr, {subnet: IPv4Network(subnet.cidr) for subnet in plan_subnets(network)}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_there_is_one_subnet_of_each_tier_in_each_zone(prefix: int) -> None:
    _, subnets = planned(prefix)
    assert len(subnets) == 9
    assert {(subnet.tier, subnet.zone) for subnet in subnets} == {(tier, zone) for tier in Tier for zone in "abc"}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_two_subnets_overlap_and_all_lie_inside_the_vpc(prefix: int) -> None:
    vpc, subnets = planned(prefix)
    assert all(cidr.subnet_of(vpc) for cidr in subnets.values())
    assert not any(one.overlaps(other) for one, other in combinations(subnets.values(), 2))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_subnet_has_room_for_a_load_balancer(prefix: int) -> None:
    _, subnets = planned(prefix)
    assert all(cidr.prefixlen <= SMALLEST_PUBLIC_PREFIX for cidr in subnets.values())


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_upper_half_of_the_vpc_stays_free(prefix: int) -> None:
    vpc, subnets = planned(prefix)
    _, upper = vpc.subnets(prefixlen_diff=1)
    assert not any(cidr.overlaps(upper) for cidr in subnets.values())


def test_the_addresses_of_a_shipped_size_never_change() -> None:
    _, subnets = planned(16)
    assert {f"{subnet.tier}-{subnet.zone}": subnet.cidr for subnet in subnets} == {
        "public-a": "172.16.96.0/22",
        "public-b": "172.16.100.0/22",
        "public-c": "172.16.104.0/22",
        "private-a": "172.16.0.0/19",
        "private-b": "172.16.32.0/19",
        "private-c": "172.16.64.0/19",
        "isolated-a": "172.16.112.0/22",
        "isolated-b": "172.16.116.0/22",
        "isolated-c": "172.16.120.0/22",
    }


def test_the_zones_are_the_ones_that_were_asked_for() -> None:
    network = Network(cidr=IPv4Network("10.0.0.0/16"), zones=("b", "d", "f"))
    assert {subnet.zone for subnet in plan_subnets(network)} == {"b", "d", "f"}
