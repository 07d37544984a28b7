"""Alerts about databases, from CloudWatch.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator

from config.loader.platform import Deployment
from monitoring.alerts.alert import Alert, RuleGroup, Severity
from monitoring.max_connections import max_connections
from monitoring.thresholds import DATABASE_CONNECTIONS_PERCENT, DATABASE_CREDITS_PERCENT, DATABASE_PROCESSOR_PERCENT

GIB = 2**30
MIB = 2**20
# RDS enlarges a disk that has less than a tenth free, within minutes, up to max_storage_gib: half of that is too late.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
LEAST_FREE_SHARE = 0.05
# PostgreSQL stops taking writes at two thousand million.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Autovacuum.html
MOST_TRANSACTION_IDS = 1_000_000_000
CREDITS = ("burst_balance", "ebsbyte_balance_percent", "ebsiobalance_percent")


def databases(deployment: Deployment) -> RuleGroup:
    """No alert at all where no service has a database."""
    settings = {
        service.name: deployment.environment.database(service.own_database)
        for service in deployment.services
        if service.own_database
    }
    sizes = {name: database.storage_gib for name, database in settings.items()}
    if not sizes:
        return RuleGroup(name="databases", alerts=())
    full = " or ".join(
        f'min by (service) (aws_rds_free_storage_space_minimum{{service="{name}"}})'
        f" < {int(gib * GIB * LEAST_FREE_SHARE)}"
        for name, gib in sizes.items()
    )
    connections = " or ".join(
        f'100 * max by (service) (aws_rds_database_connections_maximum{{service="{name}"}})'
        f" / {most} > {DATABASE_CONNECTIONS_PERCENT.warning}"
        for name, database in settings.items()
        if (most := max_connections(database.instance_class))
    )
    more = tuple(_connections(connections)) if connections else ()
    credits = " or ".join(f"aws_rds_{name}_minimum < {DATABASE_CREDITS_PERCENT.critical}" for name in CREDITS)
    return RuleGroup(
        name="databases",
        alerts=(
            Alert(
                name="DatabaseDiskNearlyFull",
                expr=full,
                for_="10m",
                severity=Severity.CRITICAL,
                summary="The database of {{ $labels.service }} has {{ $value | humanize1024 }}B of disk left",
                description="RDS should have enlarged it before; when it is full, the database stops.",
            ),
            Alert(
                name="DatabaseDiskFillsUp",
                expr="min by (service) (predict_linear(aws_rds_free_storage_space_minimum[6h], 2 * 86400)) < 0",
                for_="1h",
                severity=Severity.WARNING,
                summary="The disk of the database of {{ $labels.service }} is full in two days",
                description="At the rate of the last six hours. RDS enlarges it up to `max_storage_gib`.",
            ),
            Alert(
                name="DatabaseProcessorNearlyFull",
                expr=f"max by (service) (aws_rds_cpuutilization_average) > {DATABASE_PROCESSOR_PERCENT.critical}",
                for_="30m",
                severity=Severity.WARNING,
                summary='The database of {{ $labels.service }} uses {{ $value | printf "%.0f" }} % of its processor',
                description="For half an hour.",
            ),
            Alert(
                name="DatabaseMemoryNearlyFull",
                expr=f"min by (service) (aws_rds_freeable_memory_minimum) < {64 * MIB}",
                for_="15m",
                severity=Severity.WARNING,
                summary="The database of {{ $labels.service }} has {{ $value | humanize1024 }}B of memory left",
                description="Below that PostgreSQL swaps, and is restarted when nothing is left.",
            ),
            *more,
            Alert(
                name="DatabaseCpuCreditsRunOut",
                expr="min by (service) (aws_rds_cpucredit_balance_minimum) < 5",
                for_="30m",
                severity=Severity.WARNING,
                summary="The database of {{ $labels.service }} has used up its processor's credits",
                description="From here on AWS bills what it uses above its baseline, and `db.t` is the wrong class.",
            ),
            Alert(
                name="DatabaseCreditsRunOut",
                expr=f"min by (service) ({credits})",
                for_="15m",
                severity=Severity.WARNING,
                summary="The database of {{ $labels.service }} has {{ $value }} % of its disk's burst credits left",
                description="Without them its disk falls back to the instance class' baseline, and queries wait.",
            ),
            Alert(
                name="DatabaseTransactionIdWraparound",
                expr=f"max by (service) (aws_rds_maximum_used_transaction_ids_maximum) > {MOST_TRANSACTION_IDS}",
                for_="30m",
                severity=Severity.CRITICAL,
                summary="The database of {{ $labels.service }} has used {{ $value | humanize }} transaction IDs",
                description="Its vacuum does not keep up; at two thousand million PostgreSQL takes no more writes.",
            ),
        ),
    )


def _connections(expr: str) -> Iterator[Alert]:
    yield Alert(
        name="DatabaseConnectionsNearlyUsedUp",
        expr=expr,
        for_="10m",
        severity=Severity.WARNING,
        summary='The database of {{ $labels.service }} has {{ $value | printf "%.0f" }} % of the connections it may',
        description="At all of them it refuses every further one, and the service fails.",
    )
