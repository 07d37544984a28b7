"""The settings that move a bill most, each with another value and what that would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from costs.alternatives import Edit, edited, other_hours, set_all, with_exporter_moved, with_log_class, with_nat
from costs.bill import Bill, make_bill
from costs.facts import Facts
from costs.formulas.images import set_unreleased_days, unreleased_days


@dataclass(frozen=True)
class Lever:
    """A setting, its other value, and what the month would cost more (or less, below zero)."""

    setting: str
    value: str
    usd: float


def levers(bill: Bill) -> tuple[Lever, ...]:
    """Return the settings by their effect, each with its largest; the bill is made anew for each."""
    found: dict[str, Lever] = {}
    for setting, value, facts in _alternatives(bill.facts):
        other = make_bill(facts)
        if other.missing != bill.missing:
            continue
        lever = Lever(setting, value, other.usd - bill.usd)
        if abs(lever.usd) > abs(found[setting].usd if setting in found else 0):
            found[setting] = lever
    return tuple(sorted(found.values(), key=lambda lever: (-abs(lever.usd), lever.setting)))


def _alternatives(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    """Each setting, its other value, and the environment with it."""
    inventory = facts.inventory
    for nat in ("single", "instance"):
        if other_nat := with_nat(inventory, nat):
            yield "network.nat", nat, replace(facts, inventory=other_nat)
    for setting, value, hours in other_hours(inventory):
        yield setting, value, replace(facts, inventory=hours)
    if databases := inventory.all("aws_db_instance"):
        for size in ("db.t4g.micro", "db.t4g.medium", "db.m7g.large"):
            yield "databases.instance_class", size, _with(facts, set_all("aws_db_instance", instance_class=size))
        other = not databases[0].attributes.get("multi_az")
        yield "databases.multi_az", str(other).lower(), _with(facts, set_all("aws_db_instance", multi_az=other))
    for cluster in inventory.all("aws_ecs_cluster"):
        values = [one["value"] for one in cluster.blocks("setting") if one.get("name") == "containerInsights"]
        other_value = "enabled" if values[:1] in ([], ["disabled"]) else "disabled"
        insights = [{"name": "containerInsights", "value": other_value}]
        yield "cluster.container_insights", other_value, _with(facts, set_all("aws_ecs_cluster", setting=insights))
    if moved := with_exporter_moved(inventory):
        value, tasks = moved
        yield "monitoring.single_task", value, replace(facts, inventory=tasks)
    if inventory.all("aws_flow_log"):
        yield from _flow_logs(facts)
    yield from _logging(facts)
    yield from _spot(facts)
    if days := unreleased_days(inventory):
        other_days = 30 if days > 30 else 180
        kept = set_unreleased_days(inventory, other_days)
        yield "registry_unreleased_days", str(other_days), replace(facts, inventory=kept)


def _flow_logs(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    to_bucket = facts.inventory.all("aws_flow_log")[0].attributes.get("log_destination_type") == "s3"
    if not to_bucket:
        edit = set_all("aws_flow_log", log_destination_type="s3")
        yield "network.flow_logs", "s3", _with(facts, edit)
        return
    edit = set_all("aws_flow_log", log_destination_type="cloud-watch-logs", log_destination="")
    yield "network.flow_logs", "cloudwatch", _with(facts, edit)


def _logging(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    if collections := facts.inventory.all("aws_opensearchserverless_collection"):
        gone = {"aws_opensearchserverless_collection", "aws_opensearchserverless_vpc_endpoint"}
        cheaper = _with(facts, lambda one: None if one.type in gone else one)
        yield "logging.destination", "cloudwatch", cheaper
        single = collections[0].attributes.get("standby_replicas") == "DISABLED"
        replicas = set_all("aws_opensearchserverless_collection", standby_replicas="ENABLED" if single else "DISABLED")
        yield "logging.standby_replicas", "true" if single else "false", _with(facts, replicas)
    if of_another_class := with_log_class(facts.inventory):
        value, groups = of_another_class
        yield "logging.log_class", value, replace(facts, inventory=groups)


def _spot(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    services = [one for one in facts.inventory.all("aws_ecs_service") if one.owner]
    strategies = [one for service in services for one in service.blocks("capacity_provider_strategy")]
    if services:
        spot = any(one["capacity_provider"] == "FARGATE_SPOT" for one in strategies)
        provider = "FARGATE" if spot else "FARGATE_SPOT"
        strategy = [{"capacity_provider": provider, "weight": 100, "base": 0}]
        edit = set_all("aws_ecs_service", owned=True, capacity_provider_strategy=strategy)
        yield "cluster.spot_percent", "0" if spot else "100", _with(facts, edit)


def _with(facts: Facts, edit: Edit) -> Facts:
    return replace(facts, inventory=edited(facts.inventory, edit))
