"""The edge: load balancer, firewall, zones, accelerator, and the data that leaves for the internet."""

from __future__ import annotations

from collections.abc import Iterator

from costs.facts import MONTH_H, SECONDS_H, Facts
from costs.line import Line, Term

KIB_A_GB = 1024 * 1024
NEW_CONNECTIONS, ACTIVE_CONNECTIONS = 25, 3_000
"""What one load balancer capacity unit holds: new connections a second, open ones; of data 1 GB an hour."""
BYTES_OF_A_LOG_LINE = 90
"""Of some 600, compressed."""
FREE_RULES, RULE_EVALUATIONS = 10, 1_000


def load_balancers(facts: Facts) -> Iterator[Line]:
    """Price the hours, and the capacity units of each service: the largest of their dimensions."""
    balancers = facts.inventory.all("aws_lb")
    if not balancers:
        return
    yield facts.line("load balancer, hours", "", [Term(len(balancers) * MONTH_H, "alb_hour")], balancers)
    idle = max(one.number("idle_timeout", 60) for one in balancers)
    for service in facts.public:
        units = capacity_units(
            facts.usage.requests(service),
            kib=facts.usage.request_kib + facts.usage.answer_kib(service),
            new_connections=facts.usage.new_connections_per_request,
            idle_s=idle,
            rules=len(facts.inventory.all("aws_lb_listener_rule")),
        )
        groups = [one for one in facts.inventory.all("aws_lb_target_group") if one.owner == service]
        hours = facts.running_hours(service)
        yield facts.line("load balancer, capacity units", service, [Term(units * hours, "lcu_hour")], groups)
    own = [one for one in facts.inventory.all("aws_lb_target_group") if not one.owner]
    if own:
        yield facts.line("load balancer, the platform's own pages", "", [], own, note="too few requests to count")


def capacity_units(
    requests_per_second: float, *, kib: float, new_connections: float, idle_s: float, rules: int
) -> float:
    """Return load balancer capacity units on average.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    return max(
        requests_per_second * kib * SECONDS_H / KIB_A_GB,
        requests_per_second * new_connections / NEW_CONNECTIONS,
        requests_per_second * new_connections * idle_s / ACTIVE_CONNECTIONS,
        max(0, rules - FREE_RULES) * requests_per_second / RULE_EVALUATIONS,
    )


def firewalls(facts: Facts) -> Iterator[Line]:
    """Price a list of rules, each rule, and every request, whoever sends it."""
    lists = facts.inventory.all("aws_wafv2_web_acl")
    if not lists:
        return
    rules = sum(len(one.blocks("rule")) for one in lists)
    terms = [Term(len(lists), "waf_acl"), Term(rules, "waf_rule")]
    yield facts.line("firewall, rules", "", terms, lists)
    for service in facts.public:
        groups = [one for one in facts.inventory.all("aws_lb_target_group") if one.owner == service]
        terms = [Term(facts.million_requests(service), "waf_mreq")]
        yield facts.line("firewall, requests", service, terms, groups)


def data_to_the_internet(facts: Facts) -> Iterator[Line]:
    """Price answers by the GB."""
    accelerated = bool(facts.inventory.all("aws_globalaccelerator_accelerator"))
    for service in facts.public:
        gb = facts.million_requests(service) * 1e6 * facts.usage.answer_kib(service) / KIB_A_GB
        groups = [one for one in facts.inventory.all("aws_lb_target_group") if one.owner == service]
        terms = [Term(gb, "egress_gb"), *([Term(gb, "ga_gb")] if accelerated else [])]
        yield facts.line("data to the internet", service, terms, groups)


def accelerators(facts: Facts) -> Iterator[Line]:
    """Price the hours; the premium for data is with the data."""
    if found := facts.inventory.all("aws_globalaccelerator_accelerator"):
        yield facts.line("Global Accelerator", "", [Term(len(found) * MONTH_H, "ga_hour")], found)


def zones(facts: Facts) -> Iterator[Line]:
    """Price public zones and the private one of the service names; queries of alias records are free."""
    found = facts.inventory.all("aws_route53_zone", "aws_service_discovery_private_dns_namespace")
    if found:
        yield facts.line("DNS zones", "", [Term(len(found), "r53_zone")], found)


def access_logs(facts: Facts) -> Iterator[Line]:
    """Price what the load balancer writes of each request, compressed, as long as its bucket keeps it."""
    buckets = [one for one in facts.inventory.all("aws_s3_bucket") if one.stack.endswith("-edge")]
    days = max((facts.kept_days(one.stack) for one in buckets), default=0)
    for service in facts.public if buckets else ():
        gb = facts.million_requests(service) * BYTES_OF_A_LOG_LINE / 1e3
        groups = [one for one in facts.inventory.all("aws_lb_target_group") if one.owner == service]
        yield facts.line("access logs", service, [Term(gb * days / 30, "s3_gb")], groups)
    if buckets:
        yield facts.line("bucket of the access logs", "", [], buckets, note="what is in it is with its service")
