"""Certificates for whole names of hosts, and exceptions of the firewall, that services ask of the edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.models.waf import CAPACITY, Exceptions, capacity, exceptions
from config.source.located import Located
from config.source.problem import Problem


def waf_exceptions(environment: Environment, services: Iterable[Service]) -> Exceptions:
    """Return the rules that only count for the hosts of some services."""
    routes = [route for service in services if (route := service.route)]
    return exceptions((host, route.waf.counted) for route in routes for host in environment.hostnames(route.host))


def waf_conflicts(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield the exceptions that the firewall has no room for."""
    excepted = [written for written in services if (route := written.settings.route) and route.waf.counted]
    units = capacity(waf_exceptions(environment.settings, (written.settings for written in excepted)))
    if excepted and units > CAPACITY:
        yield excepted[-1].problem(
            "http.waf",
            message=f"http.waf: the exceptions of {len(excepted)} services come to {units} units of the firewall's "
            f"capacity; an ACL has {CAPACITY} at its price",
            allowed=f"up to {CAPACITY} units: 1 for each rule and 12 for each host of each set of rules",
            fix="let these services have one list of rules, or write the rules under `edge.waf.count:`",
        )


def unknown_domains(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield the hosts of services that the environment has no certificate for."""
    settings = environment.settings
    known = {one.name for one in settings.edge.domains}
    for written in services:
        if not (route := written.settings.route):
            continue
        sections = [("http", route), *((f"http.redirects.{n}", its) for n, its in enumerate(route.redirects))]
        for section, conditions in sections:
            for number, host in enumerate(conditions.host):
                if "." in host and host not in known:
                    yield written.problem(
                        f"{section}.host.{number}",
                        f"{section}.host",
                        message=f"{section}.host: environment {settings.name} has no certificate for {host}",
                        allowed=", ".join(['one label, "@"', *sorted(known)]),
                        fix=_fix(host, settings),
                    )


def shared_domains(environments: Sequence[Located[Environment]]) -> Iterator[Problem]:
    """Yield the foreign domains that two environments would answer."""
    for one, other in combinations(environments, 2):
        theirs = [domain.name for domain in one.settings.edge.domains]
        for number, domain in enumerate(other.settings.edge.domains):
            if domain.name in theirs:
                at = f"edge.domains.{theirs.index(domain.name)}.name"
                yield other.problem(
                    f"edge.domains.{number}.name",
                    message=f"edge.domains: environment {one.settings.name} answers {domain.name} already",
                    conflicts_with=one.place(at),
                    allowed="each domain in one environment",
                    fix="remove it in one of the two",
                )


def _fix(host: str, settings: Environment) -> str:
    label, _, above = host.partition(".")
    if host == settings.domain:
        return 'write "@"'
    if above == settings.domain:
        return f"write {label}"
    declared = f"`edge: {{domains: [{{name: {host}}}]}}` into environments/{settings.name}.yaml"
    if "." not in above or host.endswith(f".{settings.domain}"):
        return f"write {host.removesuffix(f'.{settings.domain}').replace('.', '-')}, or {declared}"
    return f"write {declared}, or this host below `environments:` where it is answered"
