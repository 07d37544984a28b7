"""Metrics that the load balancer would show to the internet, and does not."""

from __future__ import annotations

from config.models.service.routing.conditions import Conditions
from config.models.service.routing.listener_priority import overlap
from config.models.service.routing.listener_rules import ListenerRule, listener_rules, redirect_rules
from config.models.service.service import Service

FIRST = 1
"""The priority before which there is none."""


def public_metrics(service: Service) -> Conditions | None:
    """Return the hosts and the path of metrics at the port that requests from outside come to, or None.

    The load balancer answers there with 404, by rules that it tries before the service's own.
    """
    route, metrics = service.route, service.metrics
    if route is None or metrics is None or service.metrics_port != service.port:
        return None
    if not any(overlap(pattern, metrics.path) for pattern in route.patterns):
        return None
    hidden = Conditions(host=route.host, path=(metrics.path,))
    if route.priority is None:
        return hidden
    before = len(listener_rules(service.name, hidden))
    return hidden.model_copy(update={"priority": max(route.priority - before, FIRST)})


def rules_of(service: Service) -> tuple[ListenerRule, ...]:
    """Return every listener rule of a service: its own, those of its redirects, and those that hide its metrics."""
    if not (route := service.route):
        return ()
    hidden = public_metrics(service)
    return (
        *listener_rules(service.name, route),
        *(rule for _, rule in redirect_rules(service.name, route)),
        *(listener_rules(service.name, hidden) if hidden else ()),
    )
