"""Labels with which alerts and samples leave Prometheus."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.environment import Environment

REPLICA = "replica"


def replica_label(environment: Environment) -> dict[str, str]:
    """Return the external label of each of several replicas: its host's name, which Prometheus 3 fills in.

    The image is common to all, and Docker sets HOSTNAME in every container.
    https://prometheus.io/docs/prometheus/latest/migration/#flags
    """
    return {REPLICA: "${HOSTNAME}"} if environment.monitoring.replicas > 1 else {}


def alert_relabelling(deployment: Deployment) -> dict[str, Any]:
    """Return how alerts get the owner of their service, by which Alertmanager sends them on, and lose the replica.

    What two replicas say is one alert only as long as its labels are equal.
    """
    owned: dict[str, list[str]] = defaultdict(list)
    for service in deployment.services:
        if service.owner:
            owned[service.owner].append(service.name)
    relabel: list[dict[str, Any]] = [
        {"source_labels": ["service"], "regex": "|".join(names), "target_label": "owner", "replacement": owner}
        for owner, names in sorted(owned.items())
    ]
    relabel += [{"action": "labeldrop", "regex": name} for name in replica_label(deployment.environment)]
    return {"alert_relabel_configs": relabel} if relabel else {}
