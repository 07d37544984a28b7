"""Mistakes in the containers beside a service's own."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.container.sidecars import LEAST_FOR_ITSELF_MIB, OF_THE_PLATFORM_MIB
from config.models.service.fields import ServiceFields
from config.models.service.monitoring.tracing import COLLECTOR_MEMORY_MIB
from config.models.service_names import PLATFORM_NAMES, PORTS_TAKEN_IN_TASKS
from config.models.settings import Mistake


def sidecar_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find sidecars that have a name, a port or memory of somebody else."""
    taken: dict[int, str] = {**PORTS_TAKEN_IN_TASKS}
    if service.metrics_port and service.metrics_port not in (service.port, *service.ports.values()):
        taken[service.metrics_port] = "`metrics.port`"
    for name, sidecar in service.sidecars.items():
        if name in (service.name, *PLATFORM_NAMES):
            yield Mistake(
                field=f"sidecars.{name}",
                message=f"a container of the task is already called {name}",
                allowed="a name of its own",
                fix="choose another name",
            )
        if sidecar.port in taken:
            yield Mistake(
                field=f"sidecars.{name}.port",
                message=f"{sidecar.port} is already taken, by {taken[sidecar.port]}",
                allowed="a port that nothing else of the task has; the service's own `port:` where it stands in front",
                fix="choose another port",
            )
        if sidecar.port:
            taken[sidecar.port] = f"sidecar {name}"
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
