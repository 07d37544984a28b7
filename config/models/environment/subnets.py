"""The address range of each subnet inside the VPC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.models.environment.network import Network


class Tier(StrEnum):
    """A tier of subnets: who may be in it, and where its traffic may go."""

    PUBLIC = "public"
    PRIVATE = "private"
    ISOLATED = "isolated"


@dataclass(frozen=True)
class Subnet:
    """One subnet of one tier in one zone (`zone` is the letter)."""

    tier: Tier
    zone: str
    cidr: str


def plan_subnets(network: Network) -> tuple[Subnet, ...]:
    """Plan a subnet of each tier in each zone: an eighth of the VPC for a private one, a sixty-fourth for the others.

    The upper half of the VPC stays free, so that a tier or a zone can be added without moving anything.
    """
    eighths = list(network.cidr.subnets(prefixlen_diff=3))
    small = list(eighths[3].subnets(prefixlen_diff=3))
    blocks = {Tier.PUBLIC: small[0:3], Tier.PRIVATE: eighths[0:3], Tier.ISOLATED: small[4:7]}
    return tuple(
        Subnet(tier, zone, str(cidr))
        for tier, cidrs in blocks.items()
        for zone, cidr in zip(network.zones, cidrs[: len(network.zones)], strict=True)
    )
