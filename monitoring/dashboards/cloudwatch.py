"""Figures of CloudWatch: sums of five minutes, means and extremes of one, as gauges, some minutes late.

They are never a counter's: rate() of them means nothing. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring
"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.databases import MOST_TRANSACTION_IDS
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.dashboards.rendering.panel import Query, TimeSeries

LATE = "From CloudWatch, some minutes late."


def mean(metric: str, of: str = "") -> str:
    """Over each point of the graph, so that nothing between two points is left out."""
    return f"avg_over_time(aws_{metric}{of}[$__rate_interval])"


def a_minute(metric: str, of: str = "") -> str:
    """Return the PromQL for a counted metric, per minute."""
    return f"{mean(metric, of)} / {EVENT_MINUTES}"


def highest(metric: str, of: str = "") -> str:
    """Return the worst within each point of the graph."""
    return f"max_over_time(aws_{metric}{of}[$__rate_interval])"


def lowest(metric: str, of: str = "") -> str:
    """Return the worst within each point of the graph, where less is worse."""
    return f"min_over_time(aws_{metric}{of}[$__rate_interval])"


def database_panels(of: str, whose: str, *, empty: str) -> tuple[TimeSeries, ...]:
    """Return the panels of the databases that `of` selects; `whose` is the legend of one."""

    def graph(title: str, unit: str, description: str = "", **queries: str) -> TimeSeries:
        lines = tuple(
            Query(expr=expr, legend=f"{whose} {name}".strip() if len(queries) > 1 else whose or name)
            for name, expr in queries.items()
        )
        return TimeSeries(title=title, unit=unit, queries=lines, description=description, empty=empty, width=6)

    return (
        graph("Processor", units.Percent, LATE, used=mean("rds_cpuutilization_average", of)),
        graph(
            "Load",
            units.Short,
            "Sessions that run or wait at once. More than it has processors is a queue.",
            sessions=mean("rds_dbload_average", of),
        ),
        graph(
            "Connections",
            units.Short,
            "How many it takes is `max_connections` of its parameter group; every task of the service holds a pool.",
            connections=highest("rds_database_connections_maximum", of),
        ),
        graph(
            "Memory",
            units.BytesIEC,
            "Free memory should stay above 64 MiB; swap should not grow.",
            free=lowest("rds_freeable_memory_minimum", of),
            swap=highest("rds_swap_usage_maximum", of),
        ),
        graph(
            "Free disk",
            units.BytesIEC,
            "RDS enlarges the disk at a tenth, up to `max_storage_gib`.",
            free=lowest("rds_free_storage_space_minimum", of),
        ),
        graph(
            "Disk latency",
            units.Seconds,
            read=mean("rds_read_latency_average", of),
            write=mean("rds_write_latency_average", of),
        ),
        graph(
            "Disk queue",
            units.Short,
            "Reads and writes that wait for the disk.",
            waiting=mean("rds_disk_queue_depth_average", of),
        ),
        graph(
            "Burst credits of the disk",
            units.Percent,
            "At zero the disk is as slow as the instance class' baseline. Not every class and disk has each of them.",
            disk=lowest("rds_burst_balance_minimum", of),
            operations=lowest("rds_ebsiobalance_percent_minimum", of),
            bytes=lowest("rds_ebsbyte_balance_percent_minimum", of),
        ),
        graph(
            "Burst credits of the processor",
            units.Short,
            "Of classes db.t*: minutes of a whole processor. At zero it is throttled, or AWS bills what is beyond.",
            credits=lowest("rds_cpucredit_balance_minimum", of),
        ),
        _transaction_ids(of, whose, empty),
        graph(
            "Write-ahead log",
            units.BytesIEC,
            "It grows when a replication slot is left behind, and fills the disk.",
            log=highest("rds_transaction_logs_disk_usage_maximum", of),
            slot=highest("rds_oldest_replication_slot_lag_maximum", of),
        ),
        graph("Lag of replicas", units.Seconds, "Of read replicas.", lag=highest("rds_replica_lag_maximum", of)),
    )


def _transaction_ids(of: str, whose: str, empty: str) -> TimeSeries:
    used = Query(expr=highest("rds_maximum_used_transaction_ids_maximum", of), legend=whose or "used")
    alert = Query(expr=f"vector({MOST_TRANSACTION_IDS})", legend="alert", is_limit=True)
    description = "Vacuum gives them back. At two thousand million PostgreSQL takes no more writes."
    return TimeSeries(
        title="Transaction IDs",
        unit=units.Short,
        queries=(used, alert),
        description=description,
        empty=empty,
        width=6,
    )
