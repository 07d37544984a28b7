"""Mistakes in the space and the limits of a container."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def resource_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find folders in memory that the task's memory does not hold."""
    if (total := sum(service.tmpfs.values())) >= service.memory_mib:
        yield Mistake(
            field="tmpfs",
            message=f"{total} MiB of folders in memory leave nothing of the task's {service.memory_mib}",
            allowed=f"less than memory_mib, {service.memory_mib}, together",
            fix="write less, or a larger `memory_mib:`",
            because=("memory_mib",),
        )
