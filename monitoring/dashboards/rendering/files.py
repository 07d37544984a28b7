"""The dashboards as files of Grafana's image."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring.dashboards.aws import AWS
from monitoring.dashboards.logs import LOGS
from monitoring.dashboards.platform import PLATFORM
from monitoring.dashboards.prometheus import PROMETHEUS_DASHBOARD
from monitoring.dashboards.rendering.grafana_json import text
from monitoring.dashboards.service.dashboard import SERVICE_DASHBOARD
from monitoring.dashboards.slo import SLO_DASHBOARD
from monitoring.grafana import DASHBOARDS

ROOT_FILES = f"docker/grafana/rootfs{DASHBOARDS}"
FOLDER = "Platform"
"""Grafana's, by the name of the folder that they lie in."""

BOARDS = (PLATFORM, SERVICE_DASHBOARD, SLO_DASHBOARD, LOGS, AWS, PROMETHEUS_DASHBOARD)


def rendered() -> Mapping[str, str]:
    """Return the text of each file, by its path in the repository."""
    return {f"{ROOT_FILES}/{FOLDER}/{board.uid}.json": text(board) for board in BOARDS}
