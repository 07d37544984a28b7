"""The size of an EC2 instance, as far as its type's name says it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html has those that are built on Nitro.
_XEN = re.compile(r"(t[12]|m[1-4]|c[134]|r[34]|x1e?|i[23]|d2|h1|hs1|f1|g2|g3s?|p[23])\.")
_BURSTABLE_GIB = {"nano": 0.5, "micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_GIB_PER_VCPU = {"a": 2, "c": 2, "m": 4, "r": 8}
_NAME = re.compile(r"([a-z]+)[0-9]+[a-z-]*\.(nano|micro|small|medium|large|([0-9]*)xlarge)")


@dataclass(frozen=True)
class InstanceSize:
    """Processors, memory and network interfaces of an instance."""

    vcpus: int
    memory_mib: int
    interfaces: int
    """Network interfaces, at least: its own is one of them, and each task takes one."""


def is_xen(instance_type: str) -> bool:
    """Return whether it belongs to a generation before Nitro, on which a volume is no NVMe device."""
    return bool(_XEN.match(instance_type)) and not instance_type.endswith(".metal")


def size_of(instance_type: str) -> InstanceSize | None:
    """Return the size of a burstable, compute, general or memory instance; None of any other.

    https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
    """
    found = _NAME.fullmatch(instance_type)
    if found is None:
        return None
    kind, size, multiple = found[1], found[2], found[3]
    if kind == "t" and size in _BURSTABLE_GIB:
        vcpus = {"xlarge": 4, "2xlarge": 8}.get(size, 2)
        two = size in ("nano", "micro") or instance_type == "t3a.small"
        return InstanceSize(vcpus, int(_BURSTABLE_GIB[size] * 1024), 2 if two else 3)
    if kind not in _GIB_PER_VCPU or size in ("nano", "micro", "small"):
        return None
    vcpus = {"medium": 1, "large": 2}.get(size) or 4 * int(multiple or 1)
    return InstanceSize(vcpus, vcpus * _GIB_PER_VCPU[kind] * 1024, 2 if size == "medium" else 3)


def smallest_burstable(memory_mib: int) -> str:
    """Return the smallest size of t3 and t4g with three interfaces and that much memory."""
    return next(size for size in ("medium", "large", "xlarge", "2xlarge") if _BURSTABLE_GIB[size] * 1024 >= memory_mib)
