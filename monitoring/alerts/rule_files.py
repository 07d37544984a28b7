"""The platform's alerts as rule files, one for each topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.platform_service import GRAFANA
from config.models.service.logs import LogClass
from config.models.service.service import Service
from monitoring.alerts.alert import Alert, RecordingRule, RuleGroup, any_of
from monitoring.alerts.databases import databases
from monitoring.alerts.edge import edge
from monitoring.alerts.logs import logs
from monitoring.alerts.monitoring import monitoring
from monitoring.alerts.network import network
from monitoring.alerts.postgres import postgres
from monitoring.alerts.queues import queues
from monitoring.alerts.requests import requests
from monitoring.alerts.services import services
from monitoring.alerts.slos import slos
from monitoring.explore import ERRORS, ERRORS_IN_CLOUDWATCH, cloudwatch_query, explore_path, opensearch_query
from monitoring.grafana import logs_source
from monitoring.own_panels import uid
from monitoring.yaml_text import yaml_text

RULES = "/etc/prometheus/rules"
"""Its `*.yml` are loaded: these, and those that lie in docker/prometheus."""


SERVICE = "{{ $labels.service }}"
ANY_SERVICE = "service"
"""The dashboard of the services without panels of their own."""
RECENTLY = {"start": "now-3h", "end": "now"}


def rule_groups(deployment: Deployment) -> tuple[RuleGroup, ...]:
    """All tables, with what depends on the environment's services filled in; none is empty."""
    topic_of = (services, slos, edge, databases, postgres, queues, network, logs, monitoring)
    return tuple(topic for of in topic_of if (topic := of(deployment)).alerts)


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """`platform-<topic>.yml` and `service-<name>.yml` each, by its path in the image."""
    environment = deployment.environment
    own = {
        f"{RULES}/service-{service.name}.yml": yaml_text(
            {"groups": [{"name": f"service-{service.name}", "rules": _own_rules(service, deployment)}]},
            comment=f"Rules of {environment.name}; rendered from service_configs/{service.name}.yaml",
        )
        for service in deployment.services
        if service.alerts or service.metrics
    }
    return own | {
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


def _own_rules(service: Service, deployment: Deployment) -> list[dict[str, Any]]:
    """Render what is recorded of a service's requests, and the alerts of its file, which are about it in any case."""
    rules = [_recorded(recording) for recording in requests(service)]
    for name, own in service.alerts.items():
        annotations = {
            "summary": f"{service.name}: {own.summary}",
            "description": f"An alert of its own, in service_configs/{service.name}.yaml.",
            **_of_service(service.name, deployment, _errors(service, deployment)),
            **({"runbook_url": own.runbook} if own.runbook else {}),
        }
        labels = {"severity": own.severity, "service": service.name}
        rules.append({"alert": name, "expr": own.expr, "for": own.for_, "labels": labels, "annotations": annotations})
    return rules


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
        annotations |= _of_any_service(deployment)
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.for_,
        "labels": {"severity": alert.severity.value} | ({} if alert.of_a_service else {"component": topic.name}),
        "annotations": annotations,
    }


def _of_any_service(deployment: Deployment) -> dict[str, str]:
    """Return the annotations that lead to the dashboard and the log of the service in an alert's labels.

    Where its log is, a Go template of Prometheus finds out.
    """
    named = "SERVICE"
    links = _of_service(named, deployment, _errors_in_cloudwatch(named, deployment))
    if names := any_of(service.name for service in deployment.services if service.panels):
        own = f'{{{{ if match "^({names})$" $labels.service }}}}{uid(named)}{{{{ else }}}}{ANY_SERVICE}{{{{ end }}}}'
        links["dashboard_url"] = links["dashboard_url"].replace(f"/d/{ANY_SERVICE}?", f"/d/{own}?")
    infrequent = LogClass.INFREQUENT_ACCESS
    for those, errors in (
        (_of_class(infrequent, deployment), _errors_in_cloudwatch(named, deployment, infrequent)),
        (deployment.searched, _errors_in_opensearch(named)),
    ):
        if names := any_of(service.name for service in those):
            there = _of_service(named, deployment, errors)["logs_url"]
            which = f'{{{{ if match "^({names})$" $labels.service }}}}'
            links["logs_url"] = f"{which}{there}{{{{ else }}}}{links['logs_url']}{{{{ end }}}}"
    return {name: link.replace(named, SERVICE) for name, link in links.items()}


def _of_class(log_class: LogClass, deployment: Deployment) -> list[Service]:
    """Return the services that write to log groups of this class."""
    return [one for one in deployment.services if deployment.environment.logging.class_of(one) is log_class]


def _errors(service: Service, deployment: Deployment) -> str:
    if service in deployment.searched:
        return _errors_in_opensearch(service.name)
    return _errors_in_cloudwatch(service.name, deployment, deployment.environment.logging.class_of(service))


def _errors_in_opensearch(service: str) -> str:
    return explore_path(opensearch_query(ERRORS, source=logs_source(service)), **RECENTLY)


def _errors_in_cloudwatch(service: str, deployment: Deployment, log_class: LogClass | None = None) -> str:
    group = deployment.environment.log_group(service, log_class)
    return explore_path(cloudwatch_query(ERRORS_IN_CLOUDWATCH, log_group=group), **RECENTLY)


def _of_service(service: str, deployment: Deployment, errors: str) -> dict[str, str]:
    """Return the annotations that lead to a service's dashboard, and to `errors` in its log."""
    grafana = f"https://{deployment.environment.hostname(GRAFANA)}"
    has_panels = any(one.panels for one in deployment.services if one.name == service)
    page = uid(service) if has_panels else ANY_SERVICE
    return {"dashboard_url": f"{grafana}/d/{page}?var-service={service}", "logs_url": f"{grafana}{errors}"}
