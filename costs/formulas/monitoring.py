"""Metrics: Container Insights, alarms, and what the CloudWatch exporter asks for."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.environment.platform_service import PROMETHEUS
from config.models.waf import MANAGED_RULES
from costs.facts import MONTH_H, Facts
from costs.inventory import Resource
from costs.line import Line, Term

# What Container Insights makes of a cluster, a service and a family of task definitions.
CLUSTER_METRICS, SERVICE_METRICS, FAMILY_METRICS = 8, 11, 6
ALARMS_OF_A_POLICY, ALARMS_OF_A_PROVIDER = 2, 2
# Numbers of monitoring/cloudwatch_exporter.py: what is asked of each resource in a round, and how often.
ROUND_S = 300
ASKED_METRICS = {
    "aws_lb": 12,
    "aws_lb_target_group": 7,
    "aws_db_instance": 17,
    "aws_nat_gateway": 8,
    "aws_sqs_queue": 3,
    "aws_opensearchserverless_collection": 11,
}
FIREWALL = "aws_wafv2_web_acl"
FIREWALL_METRICS = 2
"""Of all rules together: what they blocked, and what they counted. One rule does one of both."""
LISTED_METRICS = {
    "aws_lb": 11,
    "aws_lb_target_group": 6,
    "aws_db_instance": 17,
    "aws_nat_gateway": 8,
    "aws_sqs_queue": 3,
    "aws_opensearchserverless_collection": 13,
    FIREWALL: 2 * FIREWALL_METRICS,  # once for the list's own rules, once for those in AWS' groups
}
"""Once for each type that there is, however many there are of it: of a type that one service has, it is its part."""
EXPORTER = "cloudwatch-exporter"
SCRAPE_S = 30
"""How far samples are apart: monitoring/prometheus.py."""
MAY_SEND = '"aps:RemoteWrite"'


def container_insights(facts: Facts) -> Iterator[Line]:
    """Price metrics by the month, those of a service only while it runs."""
    for cluster in facts.inventory.all("aws_ecs_cluster"):
        values = [one["value"] for one in cluster.blocks("setting") if one.get("name") == "containerInsights"]
        if not values or values[0] == "disabled":
            yield facts.line("cluster", "", [], [cluster], note="Container Insights is off")
            continue
        price = "metric_ci_enhanced" if values[0] == "enhanced" else "metric_month"
        yield facts.line("Container Insights, cluster", "", [Term(CLUSTER_METRICS, price)], [cluster])
        for service in facts.inventory.all("aws_ecs_service"):
            share = facts.service_hours(service) / MONTH_H
            terms = [Term((SERVICE_METRICS + FAMILY_METRICS) * share, price)]
            yield facts.line(f"Container Insights, {service.attributes['name']}", service.owner, terms, [service])


def alarms(facts: Facts) -> Iterator[Line]:
    """Price alarms by the metric, composite ones by the piece, and the two that each target tracking policy makes."""
    owners: dict[str, list[Resource]] = {}
    for one in facts.inventory.all(
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_metric_alarm",
        "aws_appautoscaling_policy",
        "aws_ecs_capacity_provider",
    ):
        owners.setdefault(one.owner, []).append(one)
    for owner, found in owners.items():
        composite = sum(1 for one in found if one.type == "aws_cloudwatch_composite_alarm")
        metrics = sum(_alarm_metrics(one) for one in found if one.type != "aws_cloudwatch_composite_alarm")
        yield facts.line("alarms", owner, [Term(metrics, "alarm"), Term(composite, "composite_alarm")], found)


def _alarm_metrics(resource: Resource) -> int:
    if resource.type == "aws_appautoscaling_policy":
        return ALARMS_OF_A_POLICY if resource.blocks("target_tracking_scaling_policy_configuration") else 0
    if resource.type == "aws_ecs_capacity_provider":
        return ALARMS_OF_A_PROVIDER
    queries = resource.blocks("metric_query")
    return sum(1 for query in queries if query.get("metric")) if queries else 1


def exporter(facts: Facts) -> Iterator[Line]:
    """Price what the CloudWatch exporter asks every five minutes while it runs."""
    services = [one for one in facts.inventory.all("aws_ecs_service") if EXPORTER in facts.inventory.containers(one)]
    if not services:
        return
    rounds = max(map(facts.service_hours, services)) * 3600 / ROUND_S
    inventory = facts.inventory
    watched = [one for one in inventory.all(*ASKED_METRICS, FIREWALL) if not inventory.is_of_schedule(one)]
    owners: dict[str, list[Resource]] = {}
    for one in watched:
        owners.setdefault(one.owner, []).append(one)
    for owner, found in owners.items():
        asked = sum(_asked_metrics(one) for one in found)
        yield facts.line("metrics asked of CloudWatch", owner, [Term(asked * rounds / 1000, "gmd_k")], found)
    names: dict[str, int] = {}
    for type_, count in LISTED_METRICS.items():
        if its := {one.owner for one in watched if one.type == type_}:
            owner = its.pop() if len(its) == 1 else ""
            names[owner] = names.get(owner, 0) + count
    for owner, count in names.items():
        terms = [Term(count * rounds / 1000, "cw_api_k")]
        note = "the account's first million is free"
        yield facts.line("metrics listed by CloudWatch", owner, terms, services, note=note)


def _asked_metrics(resource: Resource) -> int:
    """Return the metrics of a resource; of the firewall at the most, since a rule that matches nothing has none."""
    if resource.type != FIREWALL:
        return ASKED_METRICS[resource.type]
    rules = resource.blocks("rule")
    groups = [rule["statement"].get("managed_rule_group_statement") for rule in rules if "statement" in rule]
    inside = sum(len(MANAGED_RULES.get(group["name"], ())) for group in groups if group)
    return FIREWALL_METRICS + len(rules) + inside


def sent_samples(facts: Facts) -> Iterator[Line]:
    """Price the samples that Prometheus sends to a workspace while it runs, whoever made that; of two replicas once."""
    rights = [one for one in facts.inventory.all("aws_iam_role_policy") if MAY_SEND in str(one.attributes["policy"])]
    workspaces = list(facts.inventory.all("aws_prometheus_workspace"))
    if not rights:
        return
    services = [one for one in facts.inventory.all("aws_ecs_service") if one.attributes["name"] == PROMETHEUS]
    samples = facts.usage.sent_series * max(map(facts.service_hours, services)) * 3600 / SCRAPE_S
    note = f"{facts.usage.sent_series:,.0f} series every {SCRAPE_S} s"
    yield facts.line(
        "metrics sent to a workspace", "", [Term(samples / 1e6, "amp_samples_m")], [*rights, *workspaces], note
    )
