"""Logs: collections of OpenSearch Serverless, and log groups of CloudWatch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from costs.facts import MONTH_DAYS, MONTH_H, Facts
from costs.formulas.network import COMPRESSED
from costs.inventory import Resource
from costs.line import Line, Term

STANDBY_OCU, SINGLE_OCU = 2, 1
"""The compute units that never go: half a unit each for indexing and search, twice with standby replicas."""
RARE = "INFREQUENT_ACCESS"
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
    searched = {one.owner for one in facts.inventory.all("aws_opensearchserverless_collection")}
    delivered = {line_group(facts, one) for one in facts.inventory.all("aws_flow_log")}
    platform = []
    for group in facts.inventory.all("aws_cloudwatch_log_group"):
        if group.address in delivered:
            continue
        if group.owner and group.owner not in searched and str(group.attributes["name"]).endswith(f"/{group.owner}"):
            yield facts.line("log", group.owner, _terms(group, facts.usage.log_gb(group.owner) * MONTH_DAYS), [group])
        else:
            platform.append(group)
    if platform:
        gb = facts.usage.platform_log_gb
        usual = min(platform, key=lambda group: group.number("retention_in_days", 30))
        yield facts.line("logs of the platform and of databases", "", _terms(usual, gb), platform)
        yield facts.line("searches in CloudWatch Logs", "", [Term(facts.usage.log_search_gb, "cwl_scan")], platform)


def line_group(facts: Facts, flow_log: Resource) -> str:
    """Return the address of the log group that a flow log writes to, or nothing."""
    group = facts.inventory.referred(flow_log, str(flow_log.attributes.get("log_destination", "")))
    return group.address if group else ""


def _terms(group: Resource, gb: float) -> list[Term]:
    rare = group.attributes.get("log_group_class") == RARE
    months = group.number("retention_in_days", 30) / 30
    return [Term(gb, "cwl_ingest_ia" if rare else "cwl_ingest"), Term(gb * COMPRESSED * months, "cwl_store")]
