"""Traffic allowed between the tiers of the network: the table behind its access lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.models.environment.subnets import Subnet, Tier

ANYWHERE = "0.0.0.0/0"
POSTGRES = 5432
# Access lists keep no connections, so answers are let in by the ports that callers use.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
EPHEMERAL = (1024, 65_535)
ALL_PORTS = (0, 65_535)


class Direction(StrEnum):
    """Into or out of the subnets of a tier."""

    IN = "ingress"
    OUT = "egress"


@dataclass(frozen=True)
class AclRule:
    """One allowed flow; all that no rule names is denied. `ports` is a range, both ends included."""

    direction: Direction
    cidr: str
    ports: tuple[int, int]
    protocol: str = "tcp"


def acl_rules(
    tier: Tier, *, vpc: str, subnets: tuple[Subnet, ...], gossip_port: int | None = None
) -> tuple[AclRule, ...]:
    """Return the rules of one tier, in the order in which they are numbered.

    `gossip_port` is that of Alertmanager's replicas, on which they send UDP from and to each other.
    """
    private = [subnet.cidr for subnet in subnets if subnet.tier is Tier.PRIVATE]
    match tier:
        case Tier.PUBLIC:
            return (
                AclRule(Direction.IN, ANYWHERE, (80, 80)),
                AclRule(Direction.IN, ANYWHERE, (443, 443)),
                AclRule(Direction.IN, ANYWHERE, EPHEMERAL),
                *(AclRule(Direction.IN, cidr, ALL_PORTS) for cidr in private),
                AclRule(Direction.OUT, ANYWHERE, ALL_PORTS),
            )
        case Tier.PRIVATE:
            return (
                AclRule(Direction.IN, vpc, ALL_PORTS),
                AclRule(Direction.IN, ANYWHERE, EPHEMERAL),
                AclRule(Direction.OUT, ANYWHERE, ALL_PORTS),
                *(
                    AclRule(direction, cidr, (gossip_port, gossip_port), protocol="udp")
                    for direction in Direction
                    for cidr in private
                    if gossip_port
                ),
            )
        case Tier.ISOLATED:
            return (
                *(AclRule(Direction.IN, cidr, (POSTGRES, POSTGRES)) for cidr in private),
                *(AclRule(Direction.OUT, cidr, EPHEMERAL) for cidr in private),
            )
