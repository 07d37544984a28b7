"""Mistakes in a service's ports and calls."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.service.monitoring.tracing import COLLECTOR_PORTS
from config.models.service_names import PORTS_TAKEN_IN_TASKS
from config.models.settings import Mistake


def port_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find ports that another part of the task has, and calls that lead nowhere."""
    if service.name in service.called:
        yield Mistake(field="calls", message="a service need not name itself", fix=f"remove {service.name}")
    if twice := next((call for call in service.calls if service.calls.count(call) > 1), None):
        yield Mistake(field="calls", message=f"{twice} is there twice", allowed="each once", fix="remove one of them")
    yield from _ports_of_the_platform(service)
    yield from _ports_written_twice(service)


def _ports_of_the_platform(service: ServiceFields) -> Iterator[Mistake]:
    taken = {port: f"in every task, by {owner}" for port, owner in PORTS_TAKEN_IN_TASKS.items()}
    if service.tracing:
        taken |= dict.fromkeys(COLLECTOR_PORTS, "by the collector of its traces")
    for field, port in _written(service).items():
        if port in taken:
            yield Mistake(
                field=field,
                message=f"{port} is taken {taken[port]}",
                allowed=f"any port but {', '.join(map(str, taken))}",
                fix="choose another port",
                because=("tracing",) if port in COLLECTOR_PORTS else (),
            )


def _ports_written_twice(service: ServiceFields) -> Iterator[Mistake]:
    """Metrics may be at a port of the service, and a sidecar may stand in front of one."""
    own = {service.port: "port"} if service.port else {}
    for name, port in service.ports.items():
        if port in own:
            yield Mistake(
                field=f"ports.{name}",
                message=f"{port} is already `{own[port]}`",
                allowed="a port of its own",
                fix="choose another port",
                because=(own[port],),
            )
        own.setdefault(port, f"ports.{name}")
    metrics = service.metrics_port
    taken = {metrics: "metrics.port"} if metrics and metrics not in own else {}
    for name, sidecar in service.sidecars.items():
        field = f"sidecars.{name}.port"
        if sidecar.port in taken:
            yield Mistake(
                field=field,
                message=f"{sidecar.port} is already `{taken[sidecar.port]}`",
                allowed="a port that nothing else of the task has; the service's own `port:` where it stands in front",
                fix="choose another port",
                because=(taken[sidecar.port],),
            )
        if sidecar.port:
            taken.setdefault(sidecar.port, field)


def _written(service: ServiceFields) -> dict[str, int | None]:
    """Return each port that the file says, by its field; KIND_RULES refuse the first two of what does not stay."""
    stays = service.kind.keeps_running
    return {
        "port": service.port if stays else None,
        "metrics.port": service.metrics.port if service.metrics and stays else None,
        **{f"ports.{name}": port for name, port in service.ports.items()},
        **{f"sidecars.{name}.port": sidecar.port for name, sidecar in service.sidecars.items()},
    }
