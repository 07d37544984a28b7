"""Limits on what Prometheus takes of one task, and on what it keeps of exemplars."""

from __future__ import annotations

from typing import Any

from config.loader.platform import Deployment

# What exceeds them is not kept at all: one service's labels must not fill the memory of all services' Prometheus.
SAMPLE_LIMIT = 20_000
LIMITS: dict[str, Any] = {"sample_limit": SAMPLE_LIMIT, "label_limit": 60, "body_size_limit": "20MB"}
# About 100 bytes each, in a buffer that never grows; the oldest go first.
# https://prometheus.io/docs/prometheus/latest/feature_flags/#exemplars-storage
MOST_EXEMPLARS = 100_000


def has_exemplars(deployment: Deployment) -> bool:
    """Return whether Prometheus scrapes a service whose requests are traced."""
    return any(service.tracing and service.metrics for service in deployment.services)


def most_exemplars(deployment: Deployment) -> int:
    """Return how many exemplars Prometheus keeps: none, and no memory for them, where nobody writes any."""
    return MOST_EXEMPLARS if has_exemplars(deployment) else 0
