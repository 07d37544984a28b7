"""The platform's alerts as rule files, one for each topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.platform import Deployment
from config.platform_service import GRAFANA
from images.alerts.alert import Alert, Recording, Topic, any_of
from images.alerts.databases import databases
from images.alerts.edge import edge
from images.alerts.logs import logs
from images.alerts.monitoring import monitoring
from images.alerts.network import network
from images.alerts.services import services
from images.alerts.slos import slos
from images.explore import ERRORS, ERRORS_IN_CLOUDWATCH, cloudwatch_query, explore_path, opensearch_query
from images.grafana import logs_source
from images.log_routing import searched
from images.yaml_text import yaml_text

RULES = "/etc/prometheus/rules"
"""Its `*.yml` are loaded: these, and those that lie in docker/prometheus."""


SERVICE = "{{ $labels.service }}"
RECENTLY = {"start": "now-3h", "end": "now"}


def topics(deployment: Deployment) -> tuple[Topic, ...]:
    """All tables, with what depends on the environment's services filled in; none is empty."""
    topic_of = (services, slos, edge, databases, network, logs, monitoring)
    return tuple(topic for of in topic_of if (topic := of(deployment)).alerts)


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """`platform-<topic>.yml` each, by its path in the image."""
    environment = deployment.environment
    return {
        f"{RULES}/platform-{topic.name}.yml": yaml_text(
            {"groups": [{"name": topic.name, "rules": _rules(topic, deployment)}]},
            comment=f"Alerts of {environment.name}; rendered from images/alerts/{topic.name}.py",
        )
        for topic in topics(deployment)
    }


def _rules(topic: Topic, deployment: Deployment) -> list[dict[str, Any]]:
    """A group's rules are worked out in their order: the figures, then what looks at them."""
    figures = [_recorded(recording) for recording in topic.recordings]
    return figures + [rule(alert, topic, deployment) for alert in topic.alerts]


def _recorded(recording: Recording) -> dict[str, Any]:
    marked = {"labels": {"service": recording.service}} if recording.service else {}
    return {"record": recording.name, "expr": recording.expr, **marked}


def rule(alert: Alert, topic: Topic, deployment: Deployment) -> dict[str, Any]:
    """One rule, with the way to its runbook, and to the service's dashboard and log."""
    environment = deployment.environment
    annotations = {
        "summary": alert.summary,
        "description": alert.description,
        "runbook_url": f"{environment.monitoring.runbooks_url}/{topic.name}.md#{alert.name.lower()}",
    }
    if alert.of_a_service:
        grafana = f"https://{GRAFANA}.{environment.domain}"
        annotations["dashboard_url"] = f"{grafana}/d/service?var-service={SERVICE}"
        annotations["logs_url"] = f"{grafana}{_errors(deployment)}"
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasting,
        "labels": {"severity": alert.severity.value},
        "annotations": annotations,
    }


def _errors(deployment: Deployment) -> str:
    """The errors in the log of the service that an alert is about, wherever that is: a Go template of Prometheus."""
    environment, named = deployment.environment, "SERVICE"
    group = environment.log_group(named)
    in_cloudwatch = explore_path(cloudwatch_query(ERRORS_IN_CLOUDWATCH, log_group=group), **RECENTLY)
    in_opensearch = explore_path(opensearch_query(ERRORS, source=logs_source(named)), **RECENTLY)
    link = in_cloudwatch
    if names := any_of(service.name for service in searched(deployment)):
        which = f'{{{{ if match "^({names})$" $labels.service }}}}'
        link = f"{which}{in_opensearch}{{{{ else }}}}{in_cloudwatch}{{{{ end }}}}"
    return link.replace(named, SERVICE)
