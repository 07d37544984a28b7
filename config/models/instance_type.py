"""A type of EC2 instance, and what its name says about its processor."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

from config.models.settings import in_words

InstanceType = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|([1-9][0-9]*)?xlarge|metal(-[1-9][0-9]*xl)?)$"
    ),
    in_words("an EC2 instance type such as t4g.medium"),
]
# The g after the generation stands for Graviton: t4g, m7g, c7gn, im4gn, but not g5.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_GRAVITON = re.compile(r"^(a1|[a-z]+[0-9]+g[a-z]*)\.")


def has_graviton(instance_type: str) -> bool:
    """Return whether the processor of a type of instance is a Graviton."""
    return bool(_GRAVITON.match(instance_type))
