"""The platform's alerts as rule files, one for each topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.environment import Environment
from config.platform import Deployment
from config.platform_service import GRAFANA
from images.alerts.alert import Alert, Recording, Topic
from images.alerts.databases import databases
from images.alerts.edge import edge
from images.alerts.monitoring import monitoring
from images.alerts.network import network
from images.alerts.services import services
from images.alerts.slos import slos
from images.yaml_text import yaml_text

RULES = "/etc/prometheus/rules"
"""Its `*.yml` are loaded: these, and those that lie in docker/prometheus."""


def topics(deployment: Deployment) -> tuple[Topic, ...]:
    """All tables, with what depends on the environment's services filled in; none is empty."""
    topic_of = (services, slos, edge, databases, network, monitoring)
    return tuple(topic for of in topic_of if (topic := of(deployment)).alerts)


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """`platform-<topic>.yml` each, by its path in the image."""
    environment = deployment.environment
    return {
        f"{RULES}/platform-{topic.name}.yml": yaml_text(
            {"groups": [{"name": topic.name, "rules": _rules(topic, environment)}]},
            comment=f"Alerts of {environment.name}; rendered from images/alerts/{topic.name}.py",
        )
        for topic in topics(deployment)
    }


def _rules(topic: Topic, environment: Environment) -> list[dict[str, Any]]:
    """A group's rules are worked out in their order: the figures, then what looks at them."""
    figures = [_recorded(recording) for recording in topic.recordings]
    return figures + [rule(alert, topic, environment) for alert in topic.alerts]


def _recorded(recording: Recording) -> dict[str, Any]:
    marked = {"labels": {"service": recording.service}} if recording.service else {}
    return {"record": recording.name, "expr": recording.expr, **marked}


def rule(alert: Alert, topic: Topic, environment: Environment) -> dict[str, Any]:
    """One rule, with the way to its runbook and to the service's dashboard."""
    annotations = {
        "summary": alert.summary,
        "description": alert.description,
        "runbook_url": f"{environment.monitoring.runbooks_url}/{topic.name}.md#{alert.name.lower()}",
    }
    if alert.of_a_service:
        dashboard = f"https://{GRAFANA}.{environment.domain}/d/service"
        annotations["dashboard_url"] = f"{dashboard}?var-service={{{{ $labels.service }}}}"
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasting,
        "labels": {"severity": alert.severity.value},
        "annotations": annotations,
    }
