"""Synthetic probes: every public host and path, asked from outside the load balancer as its users ask.

https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from config.loader.platform import Deployment
from config.models.environment.edge import NO_SERVICE
from config.models.environment.environment import NAMESPACE
from config.models.environment.platform_service import (
    BLACKBOX_EXPORTER,
    GRAFANA,
    GRAFANA_ROUTE,
    PORTS,
    exporters_service,
)
from config.models.nat import Nat
from config.models.service.http import Http
from monitoring.yaml_text import yaml_text

CONFIG = "/etc/blackbox_exporter/config.yml"
MODULE = "http"
# An answer below 500 is an answer: a page that wants a login, an API without a root, a firewall that refuses.
ANSWERS = range(200, 500)
TIMEOUT_S = 10
PROBES = f'{{job="{BLACKBOX_EXPORTER}"}}'


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An address that the load balancer leads to a service."""

    service: str
    url: str


def render(_: Deployment) -> Mapping[str, bytes]:
    """Render how a host is asked; whom to ask stands in prometheus.yml, so that a new service is no new image here."""
    http = {
        "preferred_ip_protocol": "ip4",
        "valid_status_codes": [*ANSWERS],
        # A login elsewhere, or its certificate, is not ours.
        "follow_redirects": False,
        "fail_if_not_ssl": True,
        # What the load balancer says where no rule leads on: the service's rule is gone.
        "fail_if_body_matches_regexp": [f"^{re.escape(NO_SERVICE.strip())}"],
        # Without one, AWS' managed rules refuse the request.
        "headers": {"User-Agent": BLACKBOX_EXPORTER},
    }
    module = {"prober": "http", "timeout": f"{TIMEOUT_S}s", "http": http}
    comment = "Blackbox exporter; rendered by monitoring/blackbox_exporter.py"
    return {CONFIG: yaml_text({"modules": {MODULE: module}}, comment=comment)}


def probes(deployment: Deployment) -> tuple[Probe, ...]:
    """List what is asked: services with a host that are always there, and Grafana.

    None in an environment without a way out, for the load balancer's addresses are the internet's. For a service that
    may have no task, or no release yet, or that only some addresses reach, the load balancer would answer with an
    error of its own.
    """
    environment = deployment.environment
    if environment.network.nat is Nat.NONE:
        return ()
    routes = {
        service.name: service.route
        for service in deployment.services
        if service.route and service.is_runnable and service.scaling.least_tasks and not service.route.allowed_cidrs
    }
    asked = sorted(routes.items())
    if not environment.monitoring.grafana.allowed_cidrs:
        asked.append((GRAFANA, GRAFANA_ROUTE))
    found = []
    for name, route in asked:
        for host in environment.hostnames(route.host):
            found.append(Probe(service=name, url=f"https://{host}{_path(route)}"))
    return tuple(found)


def scrapes(deployment: Deployment) -> list[dict[str, Any]]:
    """Return the scrape of the exporter for each probe: its parameters say whom to ask, its labels who that is."""
    if not (asked := probes(deployment)):
        return []
    exporter = f"{exporters_service(deployment.environment)}.{NAMESPACE}:{PORTS[BLACKBOX_EXPORTER]}"
    return [
        {
            "job_name": BLACKBOX_EXPORTER,
            "metrics_path": "/probe",
            "params": {"module": [MODULE]},
            "scrape_interval": "1m",
            # The exporter gives up half a second before.
            "scrape_timeout": f"{TIMEOUT_S + 1}s",
            "static_configs": [{"targets": [one.url], "labels": {"service": one.service}} for one in asked],
            "relabel_configs": [
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"source_labels": ["__address__"], "target_label": "instance"},
                {"target_label": "__address__", "replacement": exporter},
            ],
        }
    ]


def _path(route: Http) -> str:
    """Return a path that the route's first pattern matches."""
    path = route.patterns[0].removesuffix("*").replace("*", "x").replace("?", "x")
    return quote(path, safe="/~$'@:+&")
