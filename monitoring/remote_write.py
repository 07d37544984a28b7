"""Prometheus' remote write: samples that Amazon Managed Service for Prometheus keeps as well."""

from __future__ import annotations

from typing import Any

from config.models.environment.environment import Environment
from monitoring.external_labels import REPLICA

WORKSPACE = "@workspace@"
"""docker/prometheus' start.sh writes the id of the environment's own workspace in its place."""


def remote_write(environment: Environment) -> dict[str, Any]:
    """Return that part of prometheus.yml, signed as the task's role; nothing where nothing is sent.

    https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics-remote-write-EC2.html
    """
    wanted = environment.monitoring.remote_write
    if wanted is None:
        return {}
    host = f"aps-workspaces.{environment.region}.amazonaws.com"
    target: dict[str, Any] = {
        "url": f"https://{host}/workspaces/{wanted.workspace_id or WORKSPACE}/api/v1/remote_write",
        "sigv4": {"region": environment.region},
    }
    relabel: list[dict[str, Any]] = []
    if wanted.metrics:
        relabel.append({"action": "keep", "source_labels": ["__name__"], "regex": "|".join(wanted.metrics)})
    if environment.monitoring.replicas > 1:
        relabel += _deduplicated(environment.name)
    if relabel:
        target["write_relabel_configs"] = relabel
    return {"remote_write": [target]}


def _deduplicated(cluster: str) -> list[dict[str, Any]]:
    """Return how samples get the labels by which the workspace takes those of one replica at a time.

    https://docs.aws.amazon.com/prometheus/latest/userguide/Send-high-availability-data.html
    """
    return [
        {"target_label": "cluster", "replacement": cluster},
        {"source_labels": [REPLICA], "target_label": "__replica__"},
        {"action": "labeldrop", "regex": REPLICA},
    ]
