"""Mistakes in the containers beside a service's own."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.container.sidecars import LEAST_FOR_ITSELF_MIB, OF_THE_PLATFORM_MIB
from config.models.service.fields import ServiceFields
from config.models.service.monitoring.tracing import COLLECTOR_MEMORY_MIB
from config.models.service_names import PLATFORM_NAMES
from config.models.settings import Mistake


def sidecar_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find sidecars that have a name or memory of somebody else."""
    for name in service.sidecars:
        if name in (service.name, *PLATFORM_NAMES):
            yield Mistake(
                field=f"sidecars.{name}",
                message=f"a container of the task is already called {name}",
                allowed="a name of its own",
                fix="choose another name",
            )
    own = OF_THE_PLATFORM_MIB + (COLLECTOR_MEMORY_MIB if service.tracing else 0)
    used = own + sum(sidecar.memory_mib for sidecar in service.sidecars.values())
    if service.sidecars and (left := service.memory_mib - used) < LEAST_FOR_ITSELF_MIB:
        yield Mistake(
            field="sidecars",
            message=f"with {own} MiB of the platform's own they come to {used} of the task's "
            f"{service.memory_mib} MiB, and leave {max(left, 0)} for the service",
            allowed=f"at least {LEAST_FOR_ITSELF_MIB} MiB left",
            fix="write a larger `memory_mib:`, or less for a sidecar",
            because=("memory_mib",),
        )
