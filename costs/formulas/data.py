"""Data stores: databases, secrets, keys, buckets, queues, caches, tables and file systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costs.facts import MONTH_H, WEEKS, Facts, weekly_hours
from costs.inventory import Resource
from costs.line import Line, Term

ROTATIONS = 2
"""After each of its first two rotations a key costs once more."""
VALKEY_LEAST_GB, OTHER_LEAST_GB = 0.1, 1


def databases(facts: Facts) -> Iterator[Line]:
    """Price the instance and its storage, each twice with a standby; backups beyond the storage; RDS' secret."""
    for one in facts.inventory.all("aws_db_instance"):
        zones = facts.prices.usd("rds_maz_factor") if one.attributes.get("multi_az") else 1
        zones = 1 if zones is None else zones
        schedules = [schedule for schedule in facts.inventory.all("aws_scheduler_schedule") if _moves(schedule, one)]
        hours, size = database_hours(schedules), one.number("allocated_storage")
        most = max(size, one.number("max_allocated_storage"))
        backups = max(0, facts.usage.backup_gb - size)
        what = "two zones" if zones > 1 else "one zone"
        instance = [Term(hours * zones, f"rds.{one.attributes['instance_class']}")]
        note = what if hours == MONTH_H else f"{what}, for {hours:.0f} h"
        yield facts.line("database, instance", one.owner, instance, [one, *schedules], note=note)
        storage = [Term(size * zones, "rds_gp3", most=most * zones)]
        yield facts.line("database, storage", one.owner, storage, [one], note=f"{size:g} GiB, at most {most:g}, {what}")
        if backups:
            yield facts.line("database, backups", one.owner, [Term(backups, "rds_backup")], [one])
        if one.attributes.get("manage_master_user_password"):
            yield facts.line("database, password", one.owner, [Term(1, "secret")], [one])


def database_hours(schedules: Sequence[Resource]) -> float:
    """Return the hours in which an instance runs: always, unless schedules stop and start it."""
    actions = [
        (str(one.attributes["schedule_expression"]), 0.0 if "stopDBInstance" in str(one.attributes["target"]) else 1.0)
        for one in schedules
    ]
    return weekly_hours(actions) * WEEKS if actions else MONTH_H


def _moves(schedule: Resource, database: Resource) -> bool:
    target = str(schedule.attributes.get("target", ""))
    return schedule.stack == database.stack and "DBInstance" in target


def secrets(facts: Facts) -> Iterator[Line]:
    """Price secrets by the month; what starting tasks read is too little to count."""
    yield from _each_owner(facts, "secrets", "secret", "aws_secretsmanager_secret")


def keys(facts: Facts) -> Iterator[Line]:
    """Price keys by the month; a yearly rotation adds the price again, twice."""
    for owner, found in _by_owner(facts, "aws_kms_key").items():
        count = len(found)
        rotated = sum(1 for one in found if one.attributes.get("enable_key_rotation"))
        terms = [Term(count, "kms_key", most=count + ROTATIONS * rotated)]
        yield facts.line("KMS keys", owner, terms, found, note="the most is after two yearly rotations")


def buckets(facts: Facts) -> Iterator[Line]:
    """Price each bucket of a service; what the platform's hold is with whoever fills them."""
    for one in facts.inventory.all("aws_s3_bucket"):
        if one.owner:
            terms = [Term(facts.usage.bucket_gb, "s3_gb"), Term(facts.usage.million_operations * 1000, "s3_put_k")]
            yield facts.line("bucket", one.owner, terms, [one], note="every operation as dear as a write")
        elif not one.stack.endswith("-edge"):
            yield facts.line("bucket", "", [], [one], note="what is in it is with what writes it")


def queues(facts: Facts) -> Iterator[Line]:
    """Price queues by the million requests; what a schedule could not start is too little to count."""
    for one in facts.inventory.all("aws_sqs_queue"):
        seldom = facts.inventory.is_of_schedule(one)
        terms = [] if seldom else [Term(facts.usage.million_operations, "sqs_m")]
        note = "only what a schedule could not start" if seldom else ""
        yield facts.line("queue", one.owner, terms, [one], note=note)


def topics(facts: Facts) -> Iterator[Line]:
    """Price topics of services by the million messages; the alerts' is within what is free."""
    for one in facts.inventory.all("aws_sns_topic"):
        terms = [Term(facts.usage.million_operations, "sns_m")] if one.owner else []
        yield facts.line("topic", one.owner, terms, [one], note="" if terms else "the first 1,000 mails are free")


def caches(facts: Facts) -> Iterator[Line]:
    """Price serverless caches by what they hold, at least the engine's minimum, and by what is asked of them."""
    for one in facts.inventory.all("aws_elasticache_serverless_cache"):
        valkey = one.attributes.get("engine") == "valkey"
        kind, least = ("valkey", VALKEY_LEAST_GB) if valkey else ("redis", OTHER_LEAST_GB)
        terms = [
            Term(max(least, facts.usage.cache_gb) * MONTH_H, f"cache_{kind}_gb_hour"),
            Term(facts.usage.million_operations, f"cache_{kind}_mecpu"),
        ]
        yield facts.line("cache", one.owner, terms, [one])


def tables(facts: Facts) -> Iterator[Line]:
    """Price tables on demand: what they hold, half of the operations writes and half reads."""
    for one in facts.inventory.all("aws_dynamodb_table"):
        half = facts.usage.million_operations / 2
        terms = [
            Term(facts.usage.bucket_gb, "dynamodb_gb"),
            Term(half, "dynamodb_write_m"),
            Term(half, "dynamodb_read_m"),
        ]
        yield facts.line("table", one.owner, terms, [one])


def file_systems(facts: Facts) -> Iterator[Line]:
    """Price file systems by what they hold."""
    for one in facts.inventory.all("aws_efs_file_system"):
        yield facts.line("file system", one.owner, [Term(facts.usage.bucket_gb, "efs_gb")], [one])


def backups(facts: Facts) -> Iterator[Line]:
    """Price vaults of AWS Backup, by what they hold."""
    for one in facts.inventory.all("aws_backup_vault"):
        terms = [Term(max(facts.usage.backup_gb, facts.usage.bucket_gb), "backup_gb")]
        yield facts.line("backup vault", one.owner, terms, [one])


def _each_owner(facts: Facts, item: str, price: str, type_: str) -> Iterator[Line]:
    for owner, found in _by_owner(facts, type_).items():
        yield facts.line(item, owner, [Term(len(found), price)], found)


def _by_owner(facts: Facts, type_: str) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in facts.inventory.all(type_):
        found.setdefault(one.owner, []).append(one)
    return found
