"""Limits on what Prometheus takes of one task."""

from __future__ import annotations

from typing import Any

# What exceeds them is not kept at all: one service's labels must not fill the memory of all services' Prometheus.
SAMPLE_LIMIT = 20_000
LIMITS: dict[str, Any] = {"sample_limit": SAMPLE_LIMIT, "label_limit": 60, "body_size_limit": "20MB"}
