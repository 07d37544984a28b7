"""Rules between the hosts and paths of services: who answers which request, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from config.models.environment.platform_service import GRAFANA, GRAFANA_ROUTE
from config.models.service.routing.conditions import LAST_PRIORITY, Conditions, path_patterns
from config.models.service.routing.listener_priority import BAND_SIZE, overlap
from config.models.service.routing.listener_rules import ListenerRule, listener_rules
from config.models.service.routing.public_metrics import public_metrics
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

HIDDEN_OF_GRAFANA = Conditions(host=GRAFANA_ROUTE.host, path=("/metrics",))
_OF_GRAFANA = {rule.priority for rule in listener_rules(GRAFANA, GRAFANA_ROUTE)}


@dataclass(frozen=True)
class _Entry:
    """Hosts and paths of one service, or of one of its redirects, and the section where they are written."""

    service: Located[Service]
    conditions: Conditions
    section: str

    @property
    def name(self) -> str:
        return self.service.settings.name

    @cached_property
    def rules(self) -> tuple[ListenerRule, ...]:
        return listener_rules(self.name, self.conditions)

    @property
    def label(self) -> str:
        return re.sub(r"\.(\d+)", r"[\1]", self.section)

    def fields(self, *names: str) -> list[str]:
        return [*(f"{self.section}.{name}" for name in names), self.section, "http", "kind"]


def route_conflicts(services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield the hosts, paths and priorities that one environment cannot have beside those before."""
    entries = [entry for service in services for entry in _entries(service)]
    answering: dict[tuple[str, str], _Entry] = {}
    ranked: dict[int, _Entry] = {}
    taken = _OF_GRAFANA | {rule.priority for entry in entries for rule in entry.rules}
    for number, entry in enumerate(entries):
        if found := next(
            chain(
                _with_grafana(entry, taken),
                _answered(entry, answering),
                _ranked(entry, ranked, taken),
                _by_chance(entry, entries[:number]),
            ),
            None,
        ):
            yield found
        for rule in entry.rules:
            ranked.setdefault(rule.priority, entry)
        for host in entry.conditions.host:
            for path in entry.conditions.path:
                for pattern in path_patterns(path):
                    answering.setdefault((host, pattern), entry)


def _entries(service: Located[Service]) -> Iterator[_Entry]:
    if not (route := service.settings.route):
        return
    yield _Entry(service, route, "http")
    for number, redirect in enumerate(route.redirected):
        yield _Entry(service, redirect, f"http.redirects.{number}")


def _with_grafana(entry: _Entry, taken: set[int]) -> Iterator[Problem]:
    if GRAFANA in entry.conditions.host:
        at = entry.conditions.host.index(GRAFANA)
        yield entry.service.problem(
            *entry.fields(f"host.{at}", "host"),
            message=f"{entry.label}.host: the platform's own Grafana answers on this host",
            allowed=f"any label but {GRAFANA}",
            fix=f"write another `host:` under `{entry.label}:`",
        )
    for rule in entry.rules:
        if rule.priority in _OF_GRAFANA:
            yield entry.service.problem(
                *entry.fields("priority", "path", "host"),
                message=f"{entry.label}.priority: {rule.priority} is already the rule priority of the platform's own "
                "Grafana",
                allowed="a number of its own for each service, 1 to 50000",
                fix=f"write `priority: {_free(entry, rule.priority, taken)}` under `{entry.label}:`",
            )


def _answered(entry: _Entry, answering: dict[tuple[str, str], _Entry]) -> Iterator[Problem]:
    for at, host in enumerate(entry.conditions.host):
        for nth, path in enumerate(entry.conditions.path):
            for pattern in path_patterns(path):
                if other := answering.get((host, pattern)):
                    yield entry.service.problem(
                        *entry.fields(f"host.{at}", "host", f"path.{nth}", "path"),
                        message=f"{entry.label}: {other.name} already answers {path} on host {host}",
                        conflicts_with=other.service.place(*other.fields("host", "path")),
                        allowed="one service for each host and path",
                        fix="write another `http.host:` or `http.path:` in one of the two",
                    )


def _ranked(entry: _Entry, ranked: dict[int, _Entry], taken: set[int]) -> Iterator[Problem]:
    for rule in entry.rules:
        if rule.priority > LAST_PRIORITY:
            yield entry.service.problem(
                *entry.fields("priority"),
                message=f"{entry.label}.priority: it needs {len(entry.rules)} numbers from here, and the last is "
                f"{LAST_PRIORITY}",
                allowed=f"up to {LAST_PRIORITY - len(entry.rules) + 1}",
                fix=f"write `priority: {LAST_PRIORITY - len(entry.rules) + 1}` under `{entry.label}:`",
            )
        if other := ranked.get(rule.priority):
            free = _free(entry, rule.priority, taken)
            taken.add(free)
            yield entry.service.problem(
                *entry.fields("priority", "path", "host"),
                message=f"{entry.label}.priority: {rule.priority} is already the rule priority of {other.name}",
                conflicts_with=other.service.place(*other.fields("priority", "path", "host")),
                allowed="a number of its own for each service, 1 to 50000",
                fix=f"write `priority: {free}` under `{entry.label}:`",
            )


def _by_chance(entry: _Entry, before: Sequence[_Entry]) -> Iterator[Problem]:
    """Yield the first of the entries before with which chance alone decides who gets a request."""
    for other in before:
        if entry.conditions.priority is not None or other.conditions.priority is not None:
            continue
        for one in entry.rules:
            for its in other.rules:
                if one.band != its.band or not (one.hosts == its.hosts or set(one.hosts) & set(its.hosts)):
                    continue
                patterns = [pattern for pattern in one.patterns if any(overlap(pattern, its) for its in its.patterns)]
                if patterns:
                    host = next((host for host in one.hosts if host in its.hosts), "*")
                    at = next(n for n, path in enumerate(entry.conditions.path) if patterns[0] in path_patterns(path))
                    yield entry.service.problem(
                        *entry.fields(f"path.{at}", "path"),
                        message=f"{entry.label}.path: some requests to host {host} fit both "
                        f"{entry.conditions.path[at]} and the path of {other.name}, and nothing says which is tried "
                        "first",
                        conflicts_with=other.service.place(*other.fields("path")),
                        allowed="paths of different depth, or a `priority:`",
                        fix=f"write `priority:` under `{entry.label}:` in one of the two; the lower number is tried "
                        "first",
                    )


def public_metrics_conflicts(services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield the metrics that no rule could keep from the internet."""
    of_grafana = [*listener_rules(GRAFANA, GRAFANA_ROUTE), *listener_rules(GRAFANA, HIDDEN_OF_GRAFANA)]
    taken = {rule.priority: GRAFANA for rule in of_grafana}
    for service in services:
        taken |= {rule.priority: entry.name for entry in _entries(service) for rule in entry.rules}
    for service in services:
        hidden, route, name = public_metrics(service.settings), service.settings.route, service.settings.name
        if hidden is None or route is None:
            continue
        first = min(
            rule.priority
            for rule in listener_rules(name, route)
            if any(overlap(pattern, hidden.path[0]) for pattern in rule.patterns)
        )
        for rule in listener_rules(name, hidden):
            if rule.priority in taken or rule.priority >= first or hidden.path[0] == "/":
                yield service.problem(
                    "metrics.path",
                    "metrics",
                    message=f"metrics: the load balancer cannot keep {hidden.path[0]} from the internet: the rule's "
                    f"priority would be {rule.priority}, which {taken.get(rule.priority, name)} has",
                    allowed="metrics at a port of their own, or `http.priority` with the number before it free",
                    fix="write `port:` below `metrics:`, or another `priority:` below `http:`",
                )
                break
            taken[rule.priority] = name


def _free(entry: _Entry, wanted: int, taken: set[int]) -> int:
    """Return the nearest later number of the same band from which enough are free: the order of depths stays."""
    count = len(entry.rules)
    band = (wanted - 1) // BAND_SIZE * BAND_SIZE
    return next(
        number
        for offset in range(1, BAND_SIZE + 1)
        if taken.isdisjoint(range(number := band + (wanted - 1 - band + offset) % BAND_SIZE + 1, number + count))
    )
