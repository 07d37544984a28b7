"""Alerts about what goes on inside databases that have a PostgreSQL exporter."""

from __future__ import annotations

from config.loader.platform import Deployment
from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER
from monitoring.alerts.alert import Alert, RuleGroup, Severity
from monitoring.thresholds import DATABASE_LOCK_WAIT_S, DATABASE_QUERY_S, DATABASE_TRANSACTION_S, DEAD_ROWS

# A small table has a large share of dead rows as soon as a few change.
LEAST_DEAD_ROWS = 100_000


def exported(deployment: Deployment) -> tuple[str, ...]:
    """List the services whose own database has an exporter."""
    return tuple(service.name for service in deployment.services if service.has_database_exporter)


def dead_share(of: str = "") -> str:
    """Return PromQL for the share of a table's rows that are dead."""
    dead, live = f"postgres_table_dead_rows{of}", f"postgres_table_live_rows{of}"
    return f"{dead} / ({dead} + {live})"


def postgres(deployment: Deployment) -> RuleGroup:
    """Build the alerts, which are none where no database has an exporter."""
    if not (names := exported(deployment)):
        return RuleGroup(name="postgres", alerts=())
    gone = " or ".join(f'absent(up{{job="{POSTGRES_EXPORTER}",service="{name}"}})' for name in names)
    sleeps = deployment.environment.database_hours is not None
    unseen = "" if sleeps else f" or {gone}"
    return RuleGroup(
        name="postgres",
        alerts=(
            Alert(
                name="PostgresLocksWaiting",
                expr=f"max by (service) (postgres_locks_longest_wait_seconds) > {DATABASE_LOCK_WAIT_S.critical}",
                for_="2m",
                severity=Severity.WARNING,
                summary="In the database of {{ $labels.service }} a session has waited {{ $value | humanizeDuration }} "
                "for a lock",
                description="Who comes after it waits too; a migration that waits stops every query of its table.",
            ),
            Alert(
                name="PostgresTransactionLong",
                expr=f"max by (service) (postgres_longest_transaction_seconds) > {DATABASE_TRANSACTION_S.critical}",
                for_="5m",
                severity=Severity.WARNING,
                summary="A transaction in the database of {{ $labels.service }} is {{ $value | humanizeDuration }} old",
                description="It keeps its locks, and vacuum from every row that was deleted since it began.",
            ),
            Alert(
                name="PostgresQuerySlow",
                expr=f"max by (service) (postgres_longest_query_seconds) > {DATABASE_QUERY_S.critical}",
                for_="5m",
                severity=Severity.WARNING,
                summary="A query in the database of {{ $labels.service }} has run for {{ $value | humanizeDuration }}",
                description="Whoever asked has given up, most likely, and the query goes on.",
            ),
            Alert(
                name="PostgresTableBloated",
                expr=f"max by (service, schema, table) ({dead_share()}) > {DEAD_ROWS.critical}"
                f" and max by (service, schema, table) (postgres_table_dead_rows) > {LEAST_DEAD_ROWS}",
                for_="1h",
                severity=Severity.WARNING,
                summary="Of {{ $labels.schema }}.{{ $labels.table }} of {{ $labels.service }} "
                "{{ $value | humanizePercentage }} are dead rows",
                description="Autovacuum does not keep up, or a long transaction holds it back.",
            ),
            Alert(
                name="PostgresExporterDown",
                expr=f'max by (service) (up{{job="{POSTGRES_EXPORTER}"}}) == 0'
                f" or max by (service) (pg_up) == 0{unseen}",
                for_="30m",
                severity=Severity.WARNING,
                summary="Nobody sees what goes on inside the database of {{ $labels.service }}",
                description="Its exporter is gone, or cannot log in; the alerts about locks, queries and tables are "
                "silent.",
            ),
        ),
    )
