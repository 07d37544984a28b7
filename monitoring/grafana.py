"""Grafana: its data sources, provisioned under fixed uids so that dashboards can name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.platform_service import ALERTMANAGER, PORTS, PROMETHEUS
from monitoring import own_panels
from monitoring.scrape_limits import has_exemplars
from monitoring.yaml_text import yaml_text

OPENSEARCH = "grafana-opensearch-datasource"
"""The plugin that docker/grafana adds, by its id."""
CLOUDWATCH = "cloudwatch"
"""The type of that data source, and its uid."""

DATA_SOURCES = "/etc/grafana/provisioning/datasources/platform.yaml"
DASHBOARD_PROVIDERS = "/etc/grafana/provisioning/dashboards/platform.yaml"
SERVICE, HOST = "@service@", "@host@"
LOGS_SOURCE = "/etc/grafana/logs-source.yaml"
"""docker/grafana's start.sh fills it in for each collection."""
DASHBOARDS = "/etc/grafana/dashboards"  # below /etc, where no volume can hide what the image brings


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """Provisioning. What it needs is in the image: no plugin is fetched from the network."""
    environment = deployment.environment
    sources: list[dict[str, Any]] = [
        {
            "name": "Prometheus",
            "uid": "prometheus",
            "type": "prometheus",
            "url": f"http://prometheus.{NAMESPACE}:{PORTS[PROMETHEUS]}",
            "isDefault": True,
            "jsonData": {
                "httpMethod": "POST",
                "timeInterval": "30s",
                "prometheusType": "Prometheus",
                **({"exemplarTraceIdDestinations": [_trace_link(environment)]} if has_exemplars(deployment) else {}),
            },
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
            "uid": CLOUDWATCH,
            "type": CLOUDWATCH,
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
    comment = f"Grafana of {environment.name}; rendered by monitoring/grafana.py"
    own = {
        f"{DASHBOARDS}/{own_panels.FOLDER}/{service.name}.json": own_panels.dashboard(service)
        for service in deployment.services
        if service.panels
    }
    return own | {
        DATA_SOURCES: yaml_text(datasources, comment=comment),
        DASHBOARD_PROVIDERS: yaml_text(dashboards, comment=comment),
        LOGS_SOURCE: yaml_text([_logs(environment.region)], comment="A collection of logs"),
    }


def logs_source(service: str) -> str:
    """Return the uid of the data source that has a service's logs, where they go to OpenSearch."""
    return f"logs-{service}"


def logs_name(service: str) -> str:
    """Return the name of the log data source; the dashboard /d/service finds it by this."""
    return f"Logs of {service}"


def _trace_link(environment: Environment) -> dict[str, str]:
    """Return where Grafana's data source leads from an exemplar: to its trace in CloudWatch's console.

    An SDK writes the id in W3C's form, which the console takes beside X-Ray's own. Grafana reads $$ as a dollar sign.
    https://grafana.com/docs/grafana/latest/datasources/prometheus/configure/#exemplars
    https://aws.amazon.com/about-aws/whats-new/2023/10/aws-x-ray-w3c-format-trace-ids-distributed-tracing/
    """
    region = environment.region
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return {
        "name": "trace_id",  # as OpenTelemetry and OpenMetrics call the label
        "url": f"{console}#xray:traces/$${{__value.raw}}",
        "urlDisplayLabel": "Trace in X-Ray",
    }


def _logs(region: str) -> dict[str, Any]:
    """Return a collection, with its service and its host to be filled in.

    https://grafana.com/docs/plugins/grafana-opensearch-datasource/latest/configure/
    """
    return {
        "name": logs_name(SERVICE),
        "uid": logs_source(SERVICE),
        "type": OPENSEARCH,
        "access": "proxy",
        "editable": False,
        "url": f"https://{HOST}",
        "jsonData": {
            "serverless": True,  # what is signed then is for the service `aoss`
            "flavor": "opensearch",
            "version": "1.0.0",  # what the plugin's own page writes for a collection, whatever runs there
            "pplEnabled": True,
            "database": f"{SERVICE}-*",
            "timeField": "@timestamp",
            "logMessageField": "body",
            "logLevelField": "severity_text",
            "sigV4Auth": True,
            "sigV4AuthType": "default",  # the task's role
            "sigV4Region": region,
        },
    }
