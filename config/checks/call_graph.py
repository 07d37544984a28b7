"""The call graph: who may be called, and what is deployed before what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from config.diagnostics.suggestions import did_you_mean
from config.models.service.container.ports import called_service
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def in_dependency_order(services: Sequence[Service]) -> tuple[Service, ...]:
    """Sort the services, each after those it calls and after its pre-deploy tasks; else by name."""
    return tuple(_by_name(services)[name] for name in _sorter(services).static_order())


def graph_conflicts(services: Sequence[Located[Service]], *, broken: Collection[str] = ()) -> Iterator[Problem]:
    """Every `calls:` and `before:` that leads nowhere, and the first circle that they form.

    `broken` services have a file that could not be understood, which is said already.
    """
    settings = [written.settings for written in services]
    known = _by_name(settings)
    circles_matter = not broken
    for written in services:
        service = written.settings
        wanted = [(called_service(call), f"calls.{i}", "be called") for i, call in enumerate(service.calls)]
        wanted += [(name, "before", "be prepared") for name in service.before]
        for name, path, purpose in wanted:
            reason = _cannot(known.get(name), name, path, written.node.file.parent)
            if reason is None or name in broken:
                continue
            circles_matter = False
            usable = sorted(n for n in known if _cannot(known[n], n, path, Path()) is None and n != service.name)
            yield written.problem(
                path,
                message=f"{path.partition('.')[0]}: {name} cannot {purpose}: {reason}",
                allowed=", ".join(usable) or "no other service yet",
                fix=(None if name in known else did_you_mean(name, usable))
                or f"remove {name} here{'' if name in known else ', or bring its file back'}",
            )
        yield from _unknown_ports(written, known)
    if not circles_matter:
        return
    try:
        _sorter(settings).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        first = next(written for written in services if written.settings.name == circle[0])
        yield first.problem(
            "calls",
            message=f"calls: {' → '.join(circle)} is a circle; none of them could be deployed first",
            allowed="calls in one direction only",
            fix="let one of them answer by a queue or a callback to the load balancer (docs/adr/0003)",
        )


def _unknown_ports(written: Located[Service], known: Mapping[str, Service]) -> Iterator[Problem]:
    for position, call in enumerate(written.settings.calls):
        name, _, port = call.partition(":")
        if port and name in known and port not in known[name].ports:
            names = sorted(known[name].ports)
            yield written.problem(
                f"calls.{position}",
                message=f"calls: {name} has no port {port} under `ports:`",
                allowed=", ".join([name, *(f"{name}:{its}" for its in names)]),
                fix=did_you_mean(call, [f"{name}:{its}" for its in names])
                or f"add `ports: {{{port}: …}}` to {name}.yaml, or write {name} for its `port:`",
            )


def _cannot(service: Service | None, name: str, path: str, folder: Path) -> str | None:
    if service is None:
        return f"there is no {folder / f'{name}.yaml'}"
    if path == "before" and not service.kind.keeps_running:
        return f"a {service.kind} has no deploys to run before"
    if path != "before" and service.port is None:
        return f"a {service.kind} has no port"
    return None


def _by_name(services: Sequence[Service]) -> Mapping[str, Service]:
    return {service.name: service for service in services}


def _sorter(services: Sequence[Service]) -> TopologicalSorter[str]:
    graph = {service.name: sorted(service.called) for service in sorted(services, key=lambda service: service.name)}
    for service in services:
        for prepared in service.before:
            if prepared in graph:
                graph[prepared].append(service.name)
    return TopologicalSorter(graph)
