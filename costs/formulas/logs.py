"""Logs: collections of OpenSearch Serverless, and log groups of CloudWatch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from config.models.environment.central_logging import INFREQUENT
from costs.facts import MONTH_DAYS, MONTH_H, Facts
from costs.formulas.network import COMPRESSED
from costs.inventory import Inventory, Resource
from costs.line import Line, Term

STANDBY_OCU, SINGLE_OCU = 2, 1
"""The compute units that never go: half a unit each for indexing and search, twice with standby replicas."""
STANDARD, RARE = "STANDARD", "INFREQUENT_ACCESS"
DEFINITION = "aws_ecs_task_definition"
_RETENTION = re.compile(r'"MinIndexRetention":\s*"(\d+)d"')


def collections(facts: Facts) -> Iterator[Line]:
    """Price the compute units that all collections of a key share, and what each collection keeps."""
    found = facts.inventory.all("aws_opensearchserverless_collection")
    if not found:
        return
    floor = max(SINGLE_OCU if one.attributes.get("standby_replicas") == "DISABLED" else STANDBY_OCU for one in found)
    ceiling = max(floor, facts.most_ocu)
    terms = [Term(floor * MONTH_H, "aoss_ocu", most=ceiling * MONTH_H)]
    note = f"at least {floor}, at the most {ceiling} at a time; of the account, whatever environments share it"
    yield facts.line("log collections, compute units", "", terms, found, note=note)
    for one in found:
        gb = facts.usage.log_gb(one.owner) * _kept_days(facts, one)
        yield facts.line("log collection, storage", one.owner, [Term(gb, "aoss_gb")], [one])


def _kept_days(facts: Facts, collection: Resource) -> float:
    for one in facts.inventory.all("aws_opensearchserverless_lifecycle_policy"):
        match = _RETENTION.search(str(one.attributes.get("policy", "")))
        if one.stack == collection.stack and match:
            return float(match[1])
    return 30


def log_groups(facts: Facts) -> Iterator[Line]:
    """Price a service's log where it goes to CloudWatch; all others share what is expected of the platform."""
    delivered = {line_group(facts, one) for one in facts.inventory.all("aws_flow_log")}
    of_services = service_groups(facts.inventory)
    for owner, groups in of_services.items():
        gb = facts.usage.log_gb(owner) * MONTH_DAYS
        yield facts.line("log", owner, _terms(written_group(facts.inventory, groups), gb), groups)
    priced = {*delivered, *(group.address for groups in of_services.values() for group in groups)}
    platform = [one for one in facts.inventory.all("aws_cloudwatch_log_group") if one.address not in priced]
    if platform:
        gb = facts.usage.platform_log_gb
        usual = min(platform, key=lambda group: group.number("retention_in_days", 30))
        yield facts.line("logs of the platform and of databases", "", _terms(usual, gb), platform)
        yield facts.line("searches in CloudWatch Logs", "", [Term(facts.usage.log_search_gb, "cwl_scan")], platform)


def service_groups(inventory: Inventory) -> Mapping[str, list[Resource]]:
    """Return the log groups of each service whose log goes to CloudWatch: one, or one of each class."""
    searched = {one.owner for one in inventory.all("aws_opensearchserverless_collection")}
    found: dict[str, list[Resource]] = {}
    for group in inventory.all("aws_cloudwatch_log_group"):
        name = str(group.attributes["name"]).removesuffix(INFREQUENT)
        if group.owner and group.owner not in searched and name.endswith(f"/{group.owner}"):
            found.setdefault(group.owner, []).append(group)
    return found


def written_group(inventory: Inventory, groups: Sequence[Resource]) -> Resource:
    """Return that of a service's log groups to which its containers write."""
    named = (group for group in groups if any(inventory.referring(DEFINITION, "container_definitions", group)))
    return next(named, groups[0])


def is_infrequent(group: Resource) -> bool:
    """Return whether each GB written to a log group costs half, and is read by queries alone."""
    return group.attributes.get("log_group_class") == RARE


def line_group(facts: Facts, flow_log: Resource) -> str:
    """Return the address of the log group that a flow log writes to, or nothing."""
    group = facts.inventory.referred(flow_log, str(flow_log.attributes.get("log_destination", "")))
    return group.address if group else ""


def _terms(group: Resource, gb: float) -> list[Term]:
    months = group.number("retention_in_days", 30) / 30
    return [
        Term(gb, "cwl_ingest_ia" if is_infrequent(group) else "cwl_ingest"),
        Term(gb * COMPRESSED * months, "cwl_store"),
    ]
