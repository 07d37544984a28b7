"""Grafana: its data sources, provisioned under fixed uids so that dashboards can name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.environment import NAMESPACE
from config.platform import Deployment
from config.platform_service import ALERTMANAGER, PORTS, PROMETHEUS
from images.yaml_text import yaml_text

DATA_SOURCES = "/etc/grafana/provisioning/datasources/platform.yaml"
DASHBOARD_PROVIDERS = "/etc/grafana/provisioning/dashboards/platform.yaml"
DASHBOARDS = "/etc/grafana/dashboards"  # below /etc, where no volume can hide what the image brings


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """Provisioning: all data sources are built into Grafana, no plugin is fetched from the network."""
    environment = deployment.environment
    sources: list[dict[str, Any]] = [
        {
            "name": "Prometheus",
            "uid": "prometheus",
            "type": "prometheus",
            "url": f"http://prometheus.{NAMESPACE}:{PORTS[PROMETHEUS]}",
            "isDefault": True,
            "jsonData": {"httpMethod": "POST", "timeInterval": "30s", "prometheusType": "Prometheus"},
        },
        {
            "name": "Alertmanager",
            "uid": "alertmanager",
            "type": "alertmanager",
            "url": f"http://alertmanager.{NAMESPACE}:{PORTS[ALERTMANAGER]}",
            "jsonData": {"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
        },
        {
            "name": "CloudWatch",
            "uid": "cloudwatch",
            "type": "cloudwatch",
            "jsonData": {"authType": "default", "defaultRegion": environment.region},
        },
    ]
    datasources = {
        "apiVersion": 1,
        "prune": True,
        "datasources": [{"access": "proxy", "editable": False} | source for source in sources],
    }
    dashboards = {
        "apiVersion": 1,
        "providers": [
            {
                "name": "platform",
                "type": "file",
                "allowUiUpdates": False,
                "disableDeletion": True,
                "options": {"path": DASHBOARDS, "foldersFromFilesStructure": True},
            }
        ],
    }
    comment = f"Grafana of {environment.name}; rendered by images/grafana.py"
    return {
        DATA_SOURCES: yaml_text(datasources, comment=comment),
        DASHBOARD_PROVIDERS: yaml_text(dashboards, comment=comment),
    }
