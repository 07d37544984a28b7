"""Prometheus' remote write: samples that Amazon Managed Service for Prometheus keeps as well."""

from __future__ import annotations

from typing import Any

from config.models.environment.environment import Environment


def remote_write(environment: Environment) -> dict[str, Any]:
    """Return that part of prometheus.yml, signed as the task's role; nothing where nothing is sent.

    https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics-remote-write-EC2.html
    """
    wanted = environment.monitoring.remote_write
    if wanted is None:
        return {}
    host = f"aps-workspaces.{environment.region}.amazonaws.com"
    target: dict[str, Any] = {
        "url": f"https://{host}/workspaces/{wanted.workspace_id}/api/v1/remote_write",
        "sigv4": {"region": environment.region},
    }
    if wanted.metrics:
        named = {"action": "keep", "source_labels": ["__name__"], "regex": "|".join(wanted.metrics)}
        target["write_relabel_configs"] = [named]
    return {"remote_write": [target]}
