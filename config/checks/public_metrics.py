"""Conflicts between the rules that keep metrics from the internet and the rules of services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.environment.platform_service import GRAFANA, GRAFANA_ROUTE
from config.models.service.http import Http
from config.models.service.listener_priority import rule_priority
from config.models.service.monitoring.public_metrics import public_metrics
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

OF_GRAFANA = Http(host=GRAFANA_ROUTE.host, path="/metrics")


def public_metrics_conflicts(services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Every service whose metrics no rule could keep from the internet."""
    taken = {rule_priority(GRAFANA, GRAFANA_ROUTE): GRAFANA, rule_priority(GRAFANA, OF_GRAFANA): GRAFANA}
    for service in services:
        if route := service.settings.route:
            taken[rule_priority(service.settings.name, route)] = service.settings.name
    for service in services:
        hidden, route = public_metrics(service.settings), service.settings.route
        if hidden is None or route is None:
            continue
        name = service.settings.name
        priority = rule_priority(name, hidden)
        if priority in taken or priority >= rule_priority(name, route):
            yield service.problem(
                "metrics.path",
                "metrics",
                message=f"metrics: the load balancer cannot keep {hidden.path} from the internet: the rule's priority "
                f"would be {priority}, which {taken.get(priority, name)} has",
                allowed="metrics at a port of their own, or `http.priority` with the number before it free",
                fix="write `port:` below `metrics:`, or another `priority:` below `http:`",
            )
        taken[priority] = name
