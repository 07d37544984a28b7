"""The network: ways out, public addresses, endpoints, flow logs, and what moves between zones."""

from __future__ import annotations

from collections.abc import Iterator

from costs.facts import MONTH_H, Facts
from costs.formulas.compute import disks_gib
from costs.line import Line, Term

COMPRESSED = 0.15
"""CloudWatch bills storage of logs after compression."""


def nat_gateways(facts: Facts) -> Iterator[Line]:
    """Price the hours and the data."""
    gateways = facts.inventory.all("aws_nat_gateway")
    if not gateways:
        return
    yield facts.line("NAT gateways, hours", "", [Term(len(gateways) * MONTH_H, "nat_hour")], gateways)
    yield facts.line("NAT gateways, data", "", [Term(facts.usage.nat_gb, "nat_gb")], gateways)


def nat_instances(facts: Facts) -> Iterator[Line]:
    """Price instances in place of gateways, with their disks; nothing is charged for what goes through them."""
    for one in facts.inventory.all("aws_instance"):
        template = facts.inventory.referred(one, str(one.blocks("launch_template")[0]["id"]))
        if template is None:
            continue
        terms = [
            Term(MONTH_H, f"ec2.{template.attributes['instance_type']}"),
            Term(disks_gib(template), "ebs_gp3"),
        ]
        yield facts.line("NAT instance", "", terms, [one, template])


def between_zones(facts: Facts) -> Iterator[Line]:
    """Price each GB where it leaves and where it arrives."""
    if vpcs := facts.inventory.all("aws_vpc"):
        through_nat = facts.usage.nat_gb * 2 / 3 if _single_way_out(facts) else 0
        yield facts.line("between zones", "", [Term(2 * (facts.usage.cross_zone_gb + through_nat), "xaz_gb")], vpcs)


def _single_way_out(facts: Facts) -> bool:
    return len(facts.inventory.all("aws_nat_gateway", "aws_instance")) == 1


def public_addresses(facts: Facts) -> Iterator[Line]:
    """Price every public IPv4 address by the hour; those of a load balancer are in no plan."""
    if addresses := facts.inventory.all("aws_eip"):
        yield facts.line("public addresses of NAT", "", [Term(len(addresses) * MONTH_H, "ipv4_hour")], addresses)
    facing = [one for one in facts.inventory.all("aws_lb") if not one.attributes.get("internal")]
    if facing:
        subnets = sum(len(one.attributes["subnets"]) for one in facing)
        yield facts.line("public addresses of the load balancer", "", [Term(subnets * MONTH_H, "ipv4_hour")], facing)


def endpoints(facts: Facts) -> Iterator[Line]:
    """Price interface endpoints by zone and hour; gateway endpoints are free."""
    interfaces = [
        one for one in facts.inventory.all("aws_vpc_endpoint") if one.attributes.get("vpc_endpoint_type") == "Interface"
    ]
    gateways = [one for one in facts.inventory.all("aws_vpc_endpoint") if one not in interfaces]
    if interfaces:
        zones = sum(len(one.attributes["subnet_ids"]) for one in interfaces)
        terms = [Term(zones * MONTH_H, "vpce_hour"), Term(facts.usage.endpoint_gb, "vpce_gb")]
        yield facts.line("interface endpoints", "", terms, interfaces)
    if gateways:
        yield facts.line("gateway endpoints", "", [], gateways, note="free")
    if collections := facts.inventory.all("aws_opensearchserverless_vpc_endpoint"):
        zones = sum(len(one.attributes["subnet_ids"]) for one in collections)
        yield facts.line("endpoint of the log collections", "", [Term(zones * MONTH_H, "vpce_hour")], collections)


def flow_logs(facts: Facts) -> Iterator[Line]:
    """Price what is delivered, by the GB to CloudWatch Logs, its infrequent-access class, or S3; then kept."""
    for one in facts.inventory.all("aws_flow_log"):
        gb = facts.usage.flow_log_gb
        group = facts.inventory.referred(one, str(one.attributes.get("log_destination", "")))
        if group and group.type != "aws_cloudwatch_log_group":
            group = None
        days = group.number("retention_in_days", 30) if group else facts.kept_days(one.stack)
        if one.attributes.get("log_destination_type") == "s3":
            terms = [Term(gb, "vended_s3"), Term(gb * COMPRESSED * days / 30, "s3_gb")]
            yield facts.line("flow logs", "", terms, [one], note="in S3")
            continue
        rare = group is not None and group.attributes.get("log_group_class") == "INFREQUENT_ACCESS"
        terms = [
            Term(gb, "vended_cwl_ia" if rare else "vended_cwl"),
            Term(gb * COMPRESSED * days / 30, "cwl_store"),
        ]
        yield facts.line("flow logs", "", terms, [one, *([group] if group else [])], note="in CloudWatch Logs")
