"""Metrics that the load balancer would show to the internet, and does not."""

from __future__ import annotations

from config.models.service.http import Http
from config.models.service.listener_priority import overlap
from config.models.service.service import Service

FIRST = 1
"""The priority before which there is none."""


def public_metrics(service: Service) -> Http | None:
    """Return the host and path of metrics at the port that requests from outside come to, or None.

    The load balancer answers there with 404, by a rule that it tries before the service's own.
    """
    route, metrics = service.route, service.metrics
    if route is None or metrics is None or service.metrics_port != service.port:
        return None
    if not overlap(route.path, metrics.path):
        return None
    priority = None if route.priority is None else max(route.priority - 1, FIRST)
    return Http(host=route.host, path=metrics.path, priority=priority)
