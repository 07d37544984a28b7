"""Alertmanager's receivers: each means of telling somebody, in Alertmanager's own words.

https://prometheus.io/docs/alerting/latest/configuration/#receiver
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.models.environment.environment import Environment
from config.models.environment.platform_service import receiver_file
from config.models.environment.receiver import HEARTBEAT, Receiver, ReceiverType

TOPIC = "topic"
"""The receiver that publishes to the environment's SNS topic."""

NAMES = '(or .CommonLabels.alertname (printf "%d alerts" (len .Alerts))) (or .CommonLabels.service "")'
TITLE = f'{{{{ printf "[%s] %s: %s %s" (.Status | toUpper) .CommonLabels.environment {NAMES} }}}}'
# SNS refuses a subject of more than 100 characters, and Alertmanager does not retry: the alert would be lost.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
SUBJECT = '{{ printf "%.99s" (printf "[%s] %s: %s %s" (.Status | toUpper) .CommonLabels.environment ' + NAMES + ") }}"
MESSAGE = """\
{{ range .Alerts }}{{ .Status | toUpper }} {{ .Labels.alertname }}{{ with .Labels.service }} ({{ . }}){{ end }}
{{ with .Annotations.summary }}{{ . }}
{{ end }}{{ with .Annotations.description }}{{ . }}
{{ end }}{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}{{ with .Annotations.logs_url }}Logs: {{ . }}
{{ end }}since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}

{{ end }}"""
# SNS takes no empty attribute.
SEVERITY = "{{ or .CommonLabels.severity `none` }}"
OWNER = "{{ or .CommonLabels.owner `none` }}"

CRITICAL = '{{ if eq .CommonLabels.severity "critical" }}%s{{ else }}%s{{ end }}'
OPSGENIE = {"us": "https://api.opsgenie.com/", "eu": "https://api.eu.opsgenie.com/"}

Config = dict[str, Any]


def topic_receiver(environment: Environment) -> Config:
    """Return the receiver for mail: SNS passes each message on to who has subscribed to its attributes."""
    sns = {
        "topic_arn": environment.alerts_topic_arn,
        "sigv4": {"region": environment.region},
        "subject": SUBJECT,
        "message": MESSAGE,
        "attributes": {"severity": SEVERITY, "owner": OWNER},
        "send_resolved": True,
    }
    return {"name": TOPIC, "sns_configs": [sns]}


def heartbeat_receiver(environment: Environment) -> Config:
    """Return the receiver that is told without end that alerts work."""
    sns = {
        "topic_arn": f"arn:aws:sns:{environment.region}:{environment.account_id}:{environment.qualify(HEARTBEAT)}",
        "sigv4": {"region": environment.region},
        "subject": "heartbeat",
        "message": "Prometheus, Alertmanager and SNS work.",
        "send_resolved": False,
    }
    outside = environment.monitoring.heartbeat_url
    webhook = {"webhook_configs": [{"url": outside, "send_resolved": False}]} if outside else {}
    return {"name": HEARTBEAT, "sns_configs": [sns], **webhook}


def receiver_config(name: str, receiver: Receiver) -> Config:
    """Return one of `monitoring.receivers`, which is not mail: that is a subscription to the topic."""
    section, render = SECTIONS[receiver.type]
    return {"name": name, section: [{**render(receiver_file(name), receiver), "send_resolved": True}]}


def _slack(file: str, receiver: Receiver) -> Config:
    channel = {"channel": receiver.channel} if receiver.channel else {}
    return {"api_url_file": file, **channel, "title": TITLE, "text": MESSAGE}


def _pagerduty(file: str, _: Receiver) -> Config:
    return {
        "routing_key_file": file,
        "description": TITLE,
        "severity": CRITICAL % ("critical", "warning"),
        "component": "{{ or .CommonLabels.service .CommonLabels.component }}",
        "details": {"alerts": MESSAGE},
    }


def _opsgenie(file: str, receiver: Receiver) -> Config:
    return {
        "api_key_file": file,
        "api_url": OPSGENIE[receiver.region],
        "message": TITLE,
        "description": MESSAGE,
        "priority": CRITICAL % ("P1", "P3"),
    }


def _teams(file: str, _: Receiver) -> Config:
    return {"webhook_url_file": file, "title": TITLE, "text": MESSAGE}


def _webhook(file: str, _: Receiver) -> Config:
    return {"url_file": file}


SECTIONS: dict[ReceiverType, tuple[str, Callable[[str, Receiver], Config]]] = {
    ReceiverType.OPSGENIE: ("opsgenie_configs", _opsgenie),
    ReceiverType.PAGERDUTY: ("pagerduty_configs", _pagerduty),
    ReceiverType.SLACK: ("slack_configs", _slack),
    ReceiverType.TEAMS: ("msteamsv2_configs", _teams),
    ReceiverType.WEBHOOK: ("webhook_configs", _webhook),
}
