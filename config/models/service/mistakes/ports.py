"""Mistakes in a service's ports and calls."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.service_names import PORTS_TAKEN_IN_TASKS
from config.models.settings import Mistake


def port_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find a port that two parts of the task would have, and calls that lead nowhere."""
    if service.name in service.called:
        yield Mistake(field="calls", message="a service need not name itself", fix=f"remove {service.name}")
    taken: dict[int, str] = {**PORTS_TAKEN_IN_TASKS}
    if service.port:
        taken[service.port] = "`port`"
    for name, port in service.ports.items():
        field = f"ports.{name}"
        if port in taken:
            yield Mistake(
                field=field,
                message=f"{port} is taken in every task, by {taken[port]}"
                if port in PORTS_TAKEN_IN_TASKS
                else f"{port} is already {taken[port]}",
                allowed="a port of its own",
                fix="choose another port",
                because=("port",) if port == service.port else (),
            )
        taken[port] = f"`{field}`"
    if twice := next((call for call in service.calls if service.calls.count(call) > 1), None):
        yield Mistake(field="calls", message=f"{twice} is there twice", allowed="each once", fix="remove one of them")
