"""Targets that Prometheus finds by their names in Cloud Map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from config.models.environment.environment import NAMESPACE

REFRESH = "15s"


def found_by_dns(names: Iterable[str], port: int) -> dict[str, Any]:
    """Return Prometheus' DNS discovery of the tasks that register under these names."""
    # A, not SRV: ECS registers one service per task, and SRV would publish one port of it.
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html (serviceRegistries)
    full = [f"{name}.{NAMESPACE}" for name in names]
    return {"names": full, "type": "A", "port": port, "refresh_interval": REFRESH}
