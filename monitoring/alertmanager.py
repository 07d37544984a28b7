"""Alertmanager: to whom an alert goes."""

from __future__ import annotations

from collections.abc import Mapping

from config.loader.platform import Deployment
from monitoring.yaml_text import yaml_text

CONFIG = "/etc/alertmanager/alertmanager.yml"

# SNS refuses a subject of more than 100 characters, and Alertmanager does not retry: the alert would be lost.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
SUBJECT = (
    '{{ printf "%.99s" (printf "[%s] %s: %s %s" '
    "(.Status | toUpper) .CommonLabels.environment .GroupLabels.alertname .GroupLabels.service) }}"
)
MESSAGE = """\
{{ range .Alerts }}{{ .Status | toUpper }} {{ .Labels.alertname }}{{ with .Labels.service }} ({{ . }}){{ end }}
{{ with .Annotations.summary }}{{ . }}
{{ end }}{{ with .Annotations.description }}{{ . }}
{{ end }}{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}{{ with .Annotations.logs_url }}Logs: {{ . }}
{{ end }}since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}

{{ end }}"""

SEVERITY = "{{ or .CommonLabels.severity `none` }}"  # SNS takes no empty attribute


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """alertmanager.yml: one route, to the environment's topic. No variable: Alertmanager expands none."""
    environment = deployment.environment
    sns = {
        "topic_arn": environment.alerts_topic_arn,
        "sigv4": {"region": environment.region},
        "subject": SUBJECT,
        "message": MESSAGE,
        "attributes": {"severity": SEVERITY},
        "send_resolved": True,
    }
    config = {
        "route": {
            "receiver": "sns",
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
        },
        "receivers": [{"name": "sns", "sns_configs": [sns]}],
        "inhibit_rules": [
            {
                "source_matchers": ["severity = critical"],
                "target_matchers": ["severity = warning"],
                "equal": ["alertname", "service"],
            }
        ],
    }
    comment = f"Alertmanager of {environment.name}; rendered by monitoring/alertmanager.py"
    return {CONFIG: yaml_text(config, comment=comment)}
