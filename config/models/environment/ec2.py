"""The EC2 instance of a cluster, for the tasks that need a disk of their own."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.environment.network import ZoneLetter
from config.models.settings import Settings, in_words

InstanceType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"),
    in_words("an EC2 instance type such as t4g.medium"),
]
# The g after the generation stands for Graviton: t4g, m7g, c7gn, im4gn, but not g5.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_GRAVITON = re.compile(r"^(a1|[a-z]+[0-9]+g[a-z]*)\.")


class Ec2(Settings):
    """One instance, replaced when it dies, and the volume that outlives it."""

    instance_type: InstanceType = Field(default="t4g.medium", description="Processor and memory of the instance.")
    zone: ZoneLetter | None = Field(
        default=None,
        description="The zone that it runs in, for a disk stays in its zone; by default the network's first.",
    )
    data_volume_gib: int = Field(
        default=50,
        ge=10,
        le=16_384,
        description="The disk that outlives tasks and instances. It can grow (docs/monitoring.md) and never shrink.",
    )
    data_kept_when_deleted: bool = Field(
        default=True, description="A last snapshot is made of the disk when it is destroyed."
    )
    root_volume_gib: int = Field(default=30, ge=30, le=1000, description="The instance's own disk: images and logs.")
    max_age_days: int = Field(
        default=30, ge=1, le=365, description="An older instance is replaced by one with the newest system."
    )
    session_manager: bool = Field(
        default=False, description="Lets a person with the right to it open a shell by AWS Systems Manager."
    )

    @property
    def is_arm(self) -> bool:
        """Return whether its processor is a Graviton."""
        return bool(_GRAVITON.match(self.instance_type))
