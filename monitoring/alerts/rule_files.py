"""The platform's alerts as rule files, one for each topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.platform_service import GRAFANA
from monitoring.alerts.alert import Alert, RecordingRule, RuleGroup, any_of
from monitoring.alerts.databases import databases
from monitoring.alerts.edge import edge
from monitoring.alerts.logs import logs
from monitoring.alerts.monitoring import monitoring
from monitoring.alerts.network import network
from monitoring.alerts.queues import queues
from monitoring.alerts.services import services
from monitoring.alerts.slos import slos
from monitoring.explore import ERRORS, ERRORS_IN_CLOUDWATCH, cloudwatch_query, explore_path, opensearch_query
from monitoring.grafana import logs_source
from monitoring.log_routing import searched
from monitoring.yaml_text import yaml_text

RULES = "/etc/prometheus/rules"
"""Its `*.yml` are loaded: these, and those that lie in docker/prometheus."""


SERVICE = "{{ $labels.service }}"
RECENTLY = {"start": "now-3h", "end": "now"}


def rule_groups(deployment: Deployment) -> tuple[RuleGroup, ...]:
    """All tables, with what depends on the environment's services filled in; none is empty."""
    topic_of = (services, slos, edge, databases, queues, network, logs, monitoring)
    return tuple(topic for of in topic_of if (topic := of(deployment)).alerts)


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """`platform-<topic>.yml` each, by its path in the image."""
    environment = deployment.environment
    return {
        f"{RULES}/platform-{topic.name}.yml": yaml_text(
            {"groups": [{"name": topic.name, "rules": _rules(topic, deployment)}]},
            comment=f"Alerts of {environment.name}; rendered from monitoring/alerts/{topic.name}.py",
        )
        for topic in rule_groups(deployment)
    }


def _rules(topic: RuleGroup, deployment: Deployment) -> list[dict[str, Any]]:
    """Render a group's rules in order: the recorded figures, then the alerts that look at them."""
    figures = [_recorded(recording) for recording in topic.recordings]
    return figures + [rule(alert, topic, deployment) for alert in topic.alerts]


def _recorded(recording: RecordingRule) -> dict[str, Any]:
    marked = {"labels": {**recording.labels}} if recording.labels else {}
    return {"record": recording.name, "expr": recording.expr, **marked}


def rule(alert: Alert, topic: RuleGroup, deployment: Deployment) -> dict[str, Any]:
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
        "for": alert.for_,
        "labels": {"severity": alert.severity.value} | ({} if alert.of_a_service else {"component": topic.name}),
        "annotations": annotations,
    }


def _errors(deployment: Deployment) -> str:
    """Return a link to the errors in the log of an alert's service: a Go template of Prometheus."""
    environment, named = deployment.environment, "SERVICE"
    group = environment.log_group(named)
    in_cloudwatch = explore_path(cloudwatch_query(ERRORS_IN_CLOUDWATCH, log_group=group), **RECENTLY)
    in_opensearch = explore_path(opensearch_query(ERRORS, source=logs_source(named)), **RECENTLY)
    link = in_cloudwatch
    if names := any_of(service.name for service in searched(deployment)):
        which = f'{{{{ if match "^({names})$" $labels.service }}}}'
        link = f"{which}{in_opensearch}{{{{ else }}}}{in_cloudwatch}{{{{ end }}}}"
    return link.replace(named, SERVICE)
