"""The EC2 instances of a cluster, for the tasks that need a disk of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from config.network import ZoneLetter
from config.settings import Mistake, Settings, in_words

InstanceType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"),
    in_words("an EC2 instance type such as t4g.medium"),
]
# The g after the generation stands for Graviton: t4g, m7g, c7gn, im4gn, but not g5.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_GRAVITON = re.compile(r"^(a1|[a-z]+[0-9]+g[a-z]*)\.")


class Ec2(Settings):
    """Instances that ECS starts and stops by the tasks that ask for them."""

    instance_type: InstanceType = Field(default="t4g.medium", description="Processor and memory of an instance.")
    min_instances: int = Field(default=1, ge=0, le=100, description="Always running, with or without a task.")
    max_instances: int = Field(default=1, ge=1, le=100, description="The most that ECS may start.")
    zones: tuple[ZoneLetter, ...] = Field(
        default=(), description="Zones of the network to run in; by default all. A disk stays in its zone."
    )
    root_volume_gib: int = Field(default=30, ge=30, le=1000, description="The instance's own disk: images and logs.")
    max_age_days: int = Field(
        default=30, ge=1, le=365, description="Older instances are replaced, by one with the newest system."
    )
    session_manager: bool = Field(
        default=False, description="Lets a person with the right to it open a shell by AWS Systems Manager."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """The range must be one."""
        if self.max_instances < self.min_instances:
            yield Mistake(
                field="max_instances",
                message=f"max_instances {self.max_instances} is below min_instances {self.min_instances}",
                allowed=f"at least min_instances, {self.min_instances}",
                fix=f"write max_instances: {self.min_instances}, or a smaller min_instances",
                because=("min_instances",),
            )

    @property
    def is_arm(self) -> bool:
        """Whether its processor is a Graviton."""
        return bool(_GRAVITON.match(self.instance_type))
