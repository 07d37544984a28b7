"""The dashboards as files of Grafana's image."""

from __future__ import annotations

from collections.abc import Mapping

from images.dashboards.aws import AWS
from images.dashboards.grafana_json import text
from images.dashboards.logs import LOGS
from images.dashboards.platform import PLATFORM
from images.dashboards.prometheus import PROMETHEUS_DASHBOARD
from images.dashboards.service import SERVICE_DASHBOARD
from images.grafana import DASHBOARDS

ROOT_FILES = f"docker/grafana/rootfs{DASHBOARDS}"
FOLDER = "Platform"
"""Grafana's, by the name of the folder that they lie in."""

BOARDS = (PLATFORM, SERVICE_DASHBOARD, LOGS, AWS, PROMETHEUS_DASHBOARD)


def rendered() -> Mapping[str, str]:
    """The text of each file, by its path in the repository."""
    return {f"{ROOT_FILES}/{FOLDER}/{board.uid}.json": text(board) for board in BOARDS}
