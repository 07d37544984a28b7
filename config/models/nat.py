"""The way from private subnets to the internet: gateways of AWS, instances of one's own, or none."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from config.models.instance_type import InstanceType, has_graviton
from config.models.settings import Settings


class Nat(StrEnum):
    """The way from private subnets to the internet."""

    PER_ZONE = "per-zone"
    SINGLE = "single"
    INSTANCE_PER_ZONE = "instance-per-zone"
    INSTANCE = "instance"
    NONE = "none"

    @property
    def has_gateways(self) -> bool:
        """Return whether AWS' NAT gateways are the way."""
        return self in (Nat.PER_ZONE, Nat.SINGLE)

    @property
    def has_instances(self) -> bool:
        """Return whether EC2 instances are the way."""
        return self in (Nat.INSTANCE_PER_ZONE, Nat.INSTANCE)

    @property
    def is_in_every_zone(self) -> bool:
        """Return whether each zone has a way of its own."""
        return self in (Nat.PER_ZONE, Nat.INSTANCE_PER_ZONE)


class NatInstance(Settings):
    """The EC2 instance that stands in for a NAT gateway."""

    instance_type: InstanceType = Field(
        default="t4g.nano", description="t4g.nano: 32 Mbit/s for as long as you like, 5 Gbit/s for some minutes."
    )
    session_manager: bool = Field(
        default=False, description="Lets a person with the right to it open a shell by AWS Systems Manager."
    )

    @property
    def is_arm(self) -> bool:
        """Return whether its processor is a Graviton."""
        return has_graviton(self.instance_type)
