"""The inside of one service's database, as its PostgreSQL exporter sees it."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.postgres import dead_share
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries
from monitoring.dashboards.service.resources import ITS, WITHIN
from monitoring.thresholds import DATABASE_LOCK_WAIT_S, DATABASE_QUERY_S, DATABASE_TRANSACTION_S

NONE = "No exporter: `database: {exporter: true}`"


def _graph(title: str, unit: str, *queries: Query, description: str = "", stacked: bool = False) -> TimeSeries:
    return TimeSeries(
        title=title, unit=unit, queries=queries, description=description, stacked=stacked, empty=NONE, width=6
    )


def _highest(metric: str) -> str:
    return f"max(max_over_time(postgres_{metric}{ITS}[{WITHIN}]))"


def _alert(seconds: float) -> Query:
    return Query(expr=f"vector({seconds:g})", legend="alert", is_limit=True)


def _rate(metric: str) -> str:
    return f"max(rate(postgres_database_{metric}_total{ITS}[{WITHIN}]))"


INSIDE = Row(
    title="Inside the database",
    panels=(
        _graph(
            "Sessions",
            units.Short,
            Query(expr=f"max by (state) (postgres_sessions_count{ITS})", legend="{{state}}"),
            description="Many `idle in transaction` are a leak: each keeps its locks, and holds vacuum back.",
            stacked=True,
        ),
        _graph(
            "Longest wait for a lock",
            units.Seconds,
            Query(expr=_highest("locks_longest_wait_seconds"), legend="longest"),
            _alert(DATABASE_LOCK_WAIT_S.critical),
        ),
        _graph(
            "Oldest transaction",
            units.Seconds,
            Query(expr=_highest("longest_transaction_seconds"), legend="oldest"),
            _alert(DATABASE_TRANSACTION_S.critical),
        ),
        _graph(
            "Slowest query",
            units.Seconds,
            Query(expr=_highest("longest_query_seconds"), legend="slowest"),
            _alert(DATABASE_QUERY_S.critical),
            description="That runs now. Those that have ended are in Performance Insights and, from a second on, in "
            "the database's log.",
        ),
        _graph(
            "Sessions that wait for locks",
            units.Short,
            Query(expr=_highest("locks_waiting"), legend="waiting"),
        ),
        _graph(
            "Transactions",
            units.RequestsPerSecond,
            Query(expr=_rate("commits"), legend="committed"),
            Query(expr=_rate("rollbacks"), legend="rolled back"),
            Query(expr=_rate("deadlocks"), legend="deadlocks"),
        ),
        _graph(
            "Found in memory",
            units.PercentUnit,
            Query(
                expr=f"{_rate('blocks_in_memory')} / ({_rate('blocks_in_memory')} + {_rate('blocks_read')})",
                legend="share",
            ),
            description="Of the blocks that queries read. It falls when the tables in use outgrow the memory.",
        ),
        _graph(
            "Temporary files",
            units.BytesPerSecondIEC,
            Query(expr=_rate("temporary_bytes"), legend="written"),
            description="Sorts and joins that did not fit into `work_mem`.",
        ),
        _graph(
            "Dead rows",
            units.Short,
            Query(expr=f"max by (schema, table) (postgres_table_dead_rows{ITS})", legend="{{schema}}.{{table}}"),
            description="Of the twenty tables with most.",
        ),
        _graph(
            "Share of dead rows",
            units.PercentUnit,
            Query(expr=f"max by (schema, table) ({dead_share(ITS)})", legend="{{schema}}.{{table}}"),
            description="Autovacuum begins at a fifth. A table that stays far above grows, and its scans with it.",
        ),
        _graph(
            "Size of those tables",
            units.BytesIEC,
            Query(expr=f"max by (schema, table) (postgres_table_size_bytes{ITS})", legend="{{schema}}.{{table}}"),
            description="With their indexes.",
        ),
        _graph("Exporter logged in", units.Short, Query(expr=f"max(pg_up{ITS})", legend="1: yes")),
    ),
)
