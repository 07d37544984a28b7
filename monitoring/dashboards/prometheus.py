"""Health of the monitoring itself: Prometheus, Alertmanager, the CloudWatch exporter."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from config.models.environment.platform_service import PROMETHEUS
from monitoring.alerts.monitoring import MINE, USED
from monitoring.dashboards.monitoring_stack import ALERTMANAGER, CLOUDWATCH
from monitoring.dashboards.own_metrics import by, graph, increase, rate
from monitoring.dashboards.prometheus_tsdb import RULES, STORAGE
from monitoring.dashboards.rendering.panel import Color, Column, Dashboard, Query, Row, Stat, Table, TimeSeries

DOWN = 'up{job!=""} == 0'


NOW = Row(
    title="Now",
    panels=(
        Stat(title="Targets down", unit=units.Short, expr=f"count({DOWN}) or vector(0)", thresholds={1: Color.WARNING}),
        Stat(title="Series", unit=units.Short, expr=f"prometheus_tsdb_head_series{MINE}"),
        Stat(title="Disk", unit=units.BytesIEC, expr=f"sum({USED})"),
        Stat(
            title="Kept",
            unit=units.Seconds,
            expr=f"time() - prometheus_tsdb_lowest_timestamp_seconds{MINE}",
            description="How far back: `monitoring.retention_days`, or what the disk holds.",
        ),
        Stat(title="Running for", unit=units.Seconds, expr=f"time() - process_start_time_seconds{MINE}"),
        Stat(
            title="Its log was corrupt",
            unit=units.Short,
            expr=f"prometheus_tsdb_wal_corruptions_total{MINE}",
            description="Times since it started. What was after the damage is lost.",
            thresholds={1: Color.BAD},
        ),
    ),
)

TARGETS = Row(
    title="Targets",
    panels=(
        by("job", "Up", units.Short, 'sum by (job) (up{job!=""})', stacked=True),
        by("job", "Down", units.Short, f"count by (job) ({DOWN})", "Known, and does not answer.", stacked=True),
        by(
            "config",
            "Found",
            units.Short,
            f'sum by (config) (prometheus_sd_discovered_targets{{job="{PROMETHEUS}",name="scrape"}})',
            "What discovery knows of each job. A service without a task is not down: its name has no address, "
            "and it is not found.",
        ),
        by(
            "mechanism",
            "Discovery failed",
            units.Short,
            f"sum by (mechanism) ({increase('prometheus_sd_refresh_failures_total')})",
            "Prometheus goes on with the targets of before.",
        ),
        by(
            "job",
            "Slowest answer",
            units.Seconds,
            'max by (job) (scrape_duration_seconds{job!=""})',
            "Prometheus waits ten seconds.",
        ),
        by(
            "job",
            "Series by job",
            units.Short,
            'sum by (job) (scrape_samples_post_metric_relabeling{job!=""})',
            "One that grows without end has a label with too many values.",
            stacked=True,
        ),
        Table(
            title="Down now",
            labels={"instance": "Target", "job": "Job", "service": "Service"},
            columns=(Column(title="Up", unit=units.Short, expr=f"min by (instance, job, service) ({DOWN})"),),
            empty="Every target answers",
            height=6,
        ),
    ),
)

PROCESS = Row(
    title="Process",
    panels=(
        TimeSeries(
            title="Memory",
            unit=units.BytesIEC,
            queries=(
                Query(expr=f"process_resident_memory_bytes{MINE}", legend="used"),
                Query(
                    expr=f'max(ecs_task_memory_limit_bytes{{service="{PROMETHEUS}"}})', legend="its task", is_limit=True
                ),
            ),
            description="`monitoring.memory_mib` gives it more.",
        ),
        graph("Processor", "suffix:vCPU", used=rate("process_cpu_seconds_total")),
        by(
            "slice",
            "Queries take, p90",
            units.Seconds,
            f'prometheus_engine_query_duration_seconds{{job="{PROMETHEUS}",quantile="0.9"}}',
            "Rules, dashboards and whoever asks otherwise, by what they wait for.",
        ),
    ),
)

PROMETHEUS_DASHBOARD = Dashboard(
    uid="prometheus",
    title="Prometheus",
    description="Targets, storage, rules; Alertmanager; the CloudWatch exporter and what it costs.",
    rows=(NOW, TARGETS, STORAGE, RULES, PROCESS, ALERTMANAGER, CLOUDWATCH),
)
