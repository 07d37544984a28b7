"""Alerts about Prometheus and what it depends on, from their own metrics.

Most follow Prometheus' own: https://github.com/prometheus/prometheus/tree/main/documentation/prometheus-mixin
"""

from __future__ import annotations

from config.loader.platform import Deployment
from config.models.environment.platform_service import BESIDE_PROMETHEUS, CLOUDWATCH_EXPORTER, PROMETHEUS
from monitoring.alerts.alert import WATCHDOG, Alert, RuleGroup, Severity, any_of
from monitoring.blackbox_exporter import PROBES, probes
from monitoring.thresholds import PROMETHEUS_DISK, PROMETHEUS_MEMORY

MINE = f'{{job="{PROMETHEUS}"}}'
GIB, MIB = 2**30, 2**20
USED = " + ".join(
    f"prometheus_tsdb_{part}{MINE}"
    for part in ("storage_blocks_bytes", "wal_storage_size_bytes", "head_chunks_storage_size_bytes")
)
PROBES_MISSING = Alert(
    name="ProbesMissing",
    expr=f'label_replace(absent(probe_success{PROBES}), "service", "{CLOUDWATCH_EXPORTER}", "", "")',
    for_="15m",
    severity=Severity.WARNING,
    summary="Nobody asks the public hosts; the blackbox exporter beside {{ $labels.service }} does not answer",
    description="An outage that no task and no load balancer notices is not noticed at all.",
)


def monitoring(deployment: Deployment) -> RuleGroup:
    """Build the alerts about the monitoring itself, without which every other alert is worthless."""
    disk = deployment.environment.cluster.ec2.data_volume_gib * GIB
    memory = deployment.environment.monitoring.memory_mib * MIB
    missing = " or ".join(f'absent(up{{job="{part}"}})' for part in BESIDE_PROMETHEUS)
    return RuleGroup(
        name="monitoring",
        alerts=(
            Alert(
                name=WATCHDOG,
                expr="vector(1)",
                for_="0m",
                severity=Severity.NONE,
                summary="Alerts work from end to end",
                description="It always fires, and goes to the heartbeat alone; CloudWatch rings without it.",
            ),
            Alert(
                name="TargetDown",
                expr=f'label_replace(up{{job=~"{any_of(BESIDE_PROMETHEUS)}"}} == 0 or {missing},'
                ' "service", "$1", "job", "(.+)")',
                for_="10m",
                severity=Severity.WARNING,
                summary="{{ $labels.service }} does not answer Prometheus",
                description="Without cloudwatch-exporter no alert about the load balancer, databases, NAT or "
                "OpenSearch can fire.",
            ),
            Alert(
                name="AlertmanagerFailedToSendAlerts",
                expr="increase(alertmanager_notifications_failed_total[15m]) > 0",
                for_="5m",
                severity=Severity.CRITICAL,
                summary="Alertmanager cannot send to {{ $labels.integration }}",
                description="{{ $value | humanize }} notifications were refused in a quarter of an hour. "
                "This one is refused as well, perhaps: Grafana shows it.",
            ),
            Alert(
                name="PrometheusNotConnectedToAlertmanagers",
                expr=f"max_over_time(prometheus_notifications_alertmanagers_discovered{MINE}[5m]) < 1",
                for_="10m",
                severity=Severity.CRITICAL,
                summary="Prometheus finds no Alertmanager",
                description="Nobody is told of any alert. Grafana shows them.",
            ),
            Alert(
                name="PrometheusErrorSendingAlertsToSomeAlertmanagers",
                expr=f"rate(prometheus_notifications_errors_total{MINE}[5m])"
                f" / rate(prometheus_notifications_sent_total{MINE}[5m]) > 0.01",
                for_="15m",
                severity=Severity.WARNING,
                summary="Alertmanager takes {{ $value | humanizePercentage }} of the alerts with an error",
                description="From Prometheus to {{ $labels.alertmanager }}.",
            ),
            Alert(
                name="PrometheusRuleFailures",
                expr=f"increase(prometheus_rule_evaluation_failures_total{MINE}[5m]) > 0",
                for_="15m",
                severity=Severity.CRITICAL,
                summary="Prometheus cannot evaluate rules of {{ $labels.rule_group }}",
                description="The alerts among them cannot fire.",
            ),
            Alert(
                name="PrometheusMissingRuleEvaluations",
                expr=f"increase(prometheus_rule_group_iterations_missed_total{MINE}[5m]) > 0",
                for_="15m",
                severity=Severity.WARNING,
                summary="Prometheus is too slow for the rules of {{ $labels.rule_group }}",
                description="It has left out {{ $value | humanize }} rounds of them in five minutes.",
            ),
            Alert(
                name="PrometheusSDRefreshFailure",
                # A name that cannot be looked up is no failed refresh, and is counted apart.
                expr=f"increase(prometheus_sd_refresh_failures_total{MINE}[10m]) > 0"
                f" or label_replace(increase(prometheus_sd_dns_lookup_failures_total{MINE}[10m]) > 0,"
                ' "mechanism", "dns", "", "")',
                for_="20m",
                severity=Severity.WARNING,
                summary="Prometheus cannot look for targets by {{ $labels.mechanism }}",
                description="It goes on with those of before; tasks that come and go are missed.",
            ),
            Alert(
                name="PrometheusScrapeBodySizeLimitHit",
                expr=f"increase(prometheus_target_scrapes_exceeded_body_size_limit_total{MINE}[5m]) > 0",
                for_="15m",
                severity=Severity.WARNING,
                summary="Metrics of a task are larger than Prometheus takes",
                description="Which one: `up == 0`. None of its metrics is kept.",
            ),
            Alert(
                name="PrometheusLabelLimitHit",
                expr=f"increase(prometheus_target_scrape_pool_exceeded_label_limits_total{MINE}[5m]) > 0",
                for_="15m",
                severity=Severity.WARNING,
                summary="A task's metrics have more labels than Prometheus takes",
                description="Which one: `up == 0`. None of its metrics is kept.",
            ),
            Alert(
                name="PrometheusMemoryNearlyFull",
                expr=f"process_resident_memory_bytes{MINE} / {memory} > {PROMETHEUS_MEMORY.critical}",
                for_="15m",
                severity=Severity.WARNING,
                summary="Prometheus uses {{ $value | humanizePercentage }} of its memory",
                description="At 100 % the kernel kills it, and reading its log at the start takes still more.",
            ),
            Alert(
                name="PrometheusDiskNearlyFull",
                expr=f"({USED}) / {disk} > {PROMETHEUS_DISK.critical}",
                for_="30m",
                severity=Severity.WARNING,
                summary="Prometheus has filled {{ $value | humanizePercentage }} of its disk",
                description="It keeps below 80 % by deleting what is oldest; beyond, it is the newest that grows.",
            ),
            Alert(
                name="PrometheusTSDBCompactionsFailing",
                expr=f"increase(prometheus_tsdb_compactions_failed_total{MINE}[3h]) > 0"
                f" or increase(prometheus_tsdb_reloads_failures_total{MINE}[3h]) > 0",
                for_="4h",
                severity=Severity.WARNING,
                summary="Prometheus cannot put its blocks together",
                description="{{ $value | humanize }} times in three hours. Its disk and its memory grow meanwhile.",
            ),
            Alert(
                name="PrometheusCrashLooping",
                expr=f"changes(process_start_time_seconds{MINE}[1h]) > 3",
                for_="0m",
                severity=Severity.WARNING,
                summary="Prometheus has started {{ $value }} times in an hour",
                description="Out of memory, most likely: each start reads its log and takes more than running does.",
            ),
            Alert(
                name="CloudWatchFiguresMissing",
                expr=f'label_replace({_missing_figures(deployment)}, "service", "{CLOUDWATCH_EXPORTER}", "", "")',
                for_="30m",
                severity=Severity.WARNING,
                summary="{{ $labels.service }} has no figures of AWS",
                description="It answers, and has nothing to say: no alert about the load balancer or databases can "
                "fire. Its log has the reason.",
            ),
            *([PROBES_MISSING] if probes(deployment) else []),
            Alert(
                name="CloudWatchRefuses",
                expr="sum by (api_name) (increase(yace_cloudwatch_request_errors[30m])) > 5",
                for_="10m",
                severity=Severity.WARNING,
                summary="CloudWatch refuses {{ $labels.api_name }}",
                description="{{ $value | humanize }} times in half an hour: the figures of AWS have gaps.",
            ),
        ),
    )


def _missing_figures(deployment: Deployment) -> str:
    """Return PromQL for what is always there: Grafana's own target group, and each database's processor."""
    wanted = ["aws_applicationelb_healthy_host_count_minimum"]
    if any(service.own_database for service in deployment.services):
        wanted.append("aws_rds_cpuutilization_average")
    return " or ".join(f"absent({metric})" for metric in wanted)
