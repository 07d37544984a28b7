"""Prometheus' work on what it has scraped: storage, rules, alerts to Alertmanager."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.monitoring import MINE
from monitoring.dashboards.own_metrics import by, graph, increase, rate
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries

STORAGE = Row(
    title="Storage",
    panels=(
        graph("Series", units.Short, "Those of the last two hours or so.", series=f"prometheus_tsdb_head_series{MINE}"),
        graph(
            "Samples",
            units.CountsPerSecond,
            appended=f"sum({rate('prometheus_tsdb_head_samples_appended_total')})",
        ),
        TimeSeries(
            title="Disk use",
            unit=units.BytesIEC,
            queries=(
                Query(expr=f"prometheus_tsdb_storage_blocks_bytes{MINE}", legend="blocks"),
                Query(expr=f"prometheus_tsdb_wal_storage_size_bytes{MINE}", legend="write-ahead log"),
                Query(expr=f"prometheus_tsdb_head_chunks_storage_size_bytes{MINE}", legend="newest chunks"),
                Query(expr=f"prometheus_tsdb_retention_limit_bytes{MINE} > 0", legend="kept at most", is_limit=True),
            ),
            description="At the limit the oldest blocks are deleted. The disk is a quarter larger.",
            stacked=True,
        ),
        graph(
            "Write-ahead log",
            units.BytesIEC,
            "Read at each start, which takes the longer the larger it is.",
            size=f"prometheus_tsdb_wal_storage_size_bytes{MINE}",
        ),
        graph(
            "Waiting for the disk",
            units.Seconds,
            "Until a part of the log was on the disk: when one is full, and zero in between. Shows a slow disk first.",
            fsync=increase("prometheus_tsdb_wal_fsync_duration_seconds_sum"),
        ),
        graph(
            "Failures",
            units.Short,
            compactions=increase("prometheus_tsdb_compactions_failed_total"),
            reloads=increase("prometheus_tsdb_reloads_failures_total"),
            writes_to_the_log=increase("prometheus_tsdb_wal_writes_failed_total"),
        ),
    ),
)

RULES = Row(
    title="Rules and notifications",
    panels=(
        by(
            "rule_group",
            "Evaluation takes",
            units.Seconds,
            f"prometheus_rule_group_last_duration_seconds{MINE}",
            "Of each group, every 30 seconds.",
        ),
        graph(
            "Evaluation failed",
            units.Short,
            "Rules that failed, and rounds left out because the one before still ran.",
            failed=f"sum({increase('prometheus_rule_evaluation_failures_total')})",
            left_out=f"sum({increase('prometheus_rule_group_iterations_missed_total')})",
        ),
        by(
            "severity",
            "Alerts that fire",
            units.Short,
            'count by (severity) (ALERTS{alertstate="firing"})',
            stacked=True,
        ),
        graph(
            "Sent to Alertmanager",
            units.CountsPerSecond,
            "An alert is sent again every minute while it fires.",
            sent=f"sum({rate('prometheus_notifications_sent_total')})",
            errors=f"sum({rate('prometheus_notifications_errors_total')})",
            dropped=f"sum({rate('prometheus_notifications_dropped_total')})",
        ),
        graph(
            "Alertmanagers found",
            units.Short,
            "Without one nobody is told of anything.",
            found=f"prometheus_notifications_alertmanagers_discovered{MINE}",
        ),
        graph(
            "Waiting to be sent",
            units.Short,
            alerts=f"sum(prometheus_notifications_queue_length{MINE})",
        ),
    ),
)
