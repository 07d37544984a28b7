"""Exceptions of the firewall that services ask for, together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.models.waf import CAPACITY, Exceptions, capacity, exceptions
from config.source.located import Located
from config.source.problem import Problem


def waf_exceptions(environment: Environment, services: Iterable[Service]) -> Exceptions:
    """Return the rules that only count for the hosts of some services."""
    routes = [route for service in services if (route := service.route)]
    return exceptions((host, route.waf.counted) for route in routes if (host := environment.hostname(route)))


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
