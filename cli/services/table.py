"""`groundwork service list` and `service show`: what the files say, all environments beside each other or one whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.root import root
from cli.services.release import find_service
from config.loader.platform import read_platform
from config.models.environment.dns_record import APEX
from config.models.service.kinds import KIND_RULES
from config.models.service.routing.conditions import ANY_HOST
from config.models.service.service import Service
from config.source.located import Located
from config.source.merge import find

NONE = "-"


def list_() -> None:
    """List all services: kind, host and path, port, size, and which release runs in each environment."""
    deployments = read_platform(root())
    names = [deployment.environment.settings.name for deployment in deployments]
    services: dict[str, dict[str, Service]] = {}
    for name, deployment in zip(names, deployments, strict=True):
        for written in deployment.services:
            services.setdefault(written.settings.name, {})[name] = written.settings
    table = Table("service", "kind", "host and path", "port", "cpu", "MiB", *names)
    for service, settings in sorted(services.items()):
        columns = [_cell(settings, read) for read in (_route, _port, _cpu, _memory)]
        released = [_release(settings[name]) for name in names]
        kind = next(iter(settings.values())).kind
        table.add_row(service, kind, *columns, *released)
    _console().print(table)


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="orders: a file in service_configs/")],
    environment: Annotated[str, typer.Option("--environment", "-e", metavar="ENV", help="Where it runs.")],
) -> None:
    """Show one service as it is in an environment, and the file and line that each value comes from."""
    service = find_service(read_platform(root()), name, environment)
    table = Table("field", "value", "from", title=f"{name} in {environment}", title_justify="left")
    refused = KIND_RULES[service.settings.kind].refuses
    for path, value in _leaves(service.settings):
        # What the kind has no use for is at its default, and would only mislead.
        if not any(".".join(path[:depth]) in refused for depth in range(1, len(path) + 1)):
            table.add_row(".".join(path), Text(_shown(value)), _origin(service, path))
    _console().print(table)


def _console() -> Console:
    # Whoever pipes the table wants its lines whole.
    console = Console()
    return console if console.is_terminal else Console(width=200)


def _cell(settings: dict[str, Service], read: Callable[[Service], str]) -> str:
    """One value where all environments agree, else each environment's."""
    values = {name: read(service) for name, service in settings.items()}
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return "\n".join(f"{value} {name}" for name, value in values.items())


def _route(service: Service) -> str:
    route = service.route
    if route is None:
        return NONE
    names = {ANY_HOST: "any host", APEX: "<domain>"}
    hosts = [names.get(host, host if "." in host else f"{host}.<domain>") for host in route.host]
    return "\n".join(f"{host}{path}" for host in hosts for path in route.path)


def _port(service: Service) -> str:
    return str(service.port or NONE)


def _cpu(service: Service) -> str:
    return str(service.cpu)


def _memory(service: Service) -> str:
    return str(service.memory_mib)


def _release(service: Service) -> str:
    if service.public_image:
        return "its own image"
    return f"{service.release or NONE}" + ("" if service.repository == service.name else f" ({service.repository})")


def _leaves(model: BaseModel, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, (*above, name))
        elif isinstance(value, dict) and value:
            yield from (((*above, name, key), its) for key, its in value.items())
        else:
            yield (*above, name), value


def _shown(value: object) -> str:
    if value is None or value in ((), {}):
        return NONE
    if isinstance(value, tuple):
        return ", ".join(_shown(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(service: Located[Service], path: Sequence[str]) -> str:
    place = find(service.node, path)
    if place.missing:
        return "default"
    if path == ("name",):
        return f"{place.node.file}: the file's name"
    return f"{place.node.file}:{place.node.line}"
