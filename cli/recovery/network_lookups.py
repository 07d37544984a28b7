"""Finds in AWS what a stack's code would make, by our tags and names: networks, firewalls and load balancers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cli.recovery.account import Look, Place, Values, answer
from cli.terraform.tagged_resources import EC2_KINDS, GONE

_TERRAFORM_TYPES = {
    "vpc": "aws_vpc",
    "subnet": "aws_subnet",
    "security-group": "aws_security_group",
    "route-table": "aws_route_table",
    "network-acl": "aws_network_acl",
    "internet-gateway": "aws_internet_gateway",
    "natgateway": "aws_nat_gateway",
    "vpc-endpoint": "aws_vpc_endpoint",
}


def _filters(place: Place, values: Values) -> list[dict[str, Any]]:
    """Return EC2's filters for the stack's tags and the planned Name; none where no Name is planned."""
    name = (values.get("tags_all") or values.get("tags") or {}).get("Name")
    wanted = {**place.tags, "Name": name} if name else {}
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]


def instance(place: Place, values: Values) -> Iterator[str]:
    """Yield the instance with the stack's tags and the planned Name, unless it is being terminated."""
    if filters := _filters(place, values):
        alive = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
        for reservation in place.client("ec2").describe_instances(Filters=[*filters, alive])["Reservations"]:
            yield from (found["InstanceId"] for found in reservation["Instances"])


def _by_name_tag(operation: str, items: str, identifier: str, place: Place, values: Values) -> Iterator[str]:
    """Yield what carries the stack's tags and the planned Name."""
    if not (filters := _filters(place, values)):
        return
    for entry in getattr(place.client("ec2"), operation)(Filters=filters)[items]:
        if entry.get("State") not in GONE:
            yield entry[identifier]


BY_NAME_TAG: Mapping[str, Look] = {
    kind: partial(_by_name_tag, operation, items, identifier)
    for kind, operation, items, identifier in [
        *((_TERRAFORM_TYPES[found[3]], *found[:3]) for found in EC2_KINDS if found[3] in _TERRAFORM_TYPES),
        ("aws_ebs_volume", "describe_volumes", "Volumes", "VolumeId"),
        ("aws_eip", "describe_addresses", "Addresses", "AllocationId"),
        ("aws_flow_log", "describe_flow_logs", "FlowLogs", "FlowLogId"),
        ("aws_network_interface", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ]
}


def firewall_rule(*, is_egress: bool) -> Look:
    """Return the search for a rule of a security group, in one direction."""

    def look(place: Place, values: Values) -> Iterator[str]:
        if not (group := values.get("security_group_id")):
            return
        peer = {
            "CidrIpv4": values.get("cidr_ipv4"),
            "CidrIpv6": values.get("cidr_ipv6"),
            "PrefixListId": values.get("prefix_list_id"),
            "ReferencedGroupId": values.get("referenced_security_group_id"),
        }
        if not any(peer.values()):
            return
        filters = [{"Name": "group-id", "Values": [group]}]
        for rule in place.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]:
            found = {**rule, "ReferencedGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId")}
            ports = rule.get("FromPort", -1), rule.get("ToPort", -1)
            wanted = (values.get("from_port") or -1, values.get("to_port") or -1)
            if (
                rule["IsEgress"] == is_egress
                and rule["IpProtocol"] == values["ip_protocol"]
                and (ports == wanted or rule["IpProtocol"] == "-1")
                and all((found.get(key) or None) == value for key, value in peer.items())
            ):
                yield rule["SecurityGroupRuleId"]

    return look


def launch_template(place: Place, values: Values) -> Iterator[str]:
    """Yield the launch template of this name."""
    filters = [{"Name": "launch-template-name", "Values": [values["name"]]}]
    for found in place.client("ec2").describe_launch_templates(Filters=filters)["LaunchTemplates"]:
        yield found["LaunchTemplateId"]


def load_balancer(place: Place, values: Values) -> Iterator[str]:
    """Yield the load balancer of this name."""
    elb = place.client("elbv2")
    with_name = answer(elb.describe_load_balancers, "LoadBalancerNotFound", Names=[values["name"]])
    yield from (found["LoadBalancerArn"] for found in with_name.get("LoadBalancers", []))


def target_group(place: Place, values: Values) -> Iterator[str]:
    """Yield the target group of this name."""
    elb = place.client("elbv2")
    with_name = answer(elb.describe_target_groups, "TargetGroupNotFound", Names=[values["name"]])
    yield from (found["TargetGroupArn"] for found in with_name.get("TargetGroups", []))


def listener(place: Place, values: Values) -> Iterator[str]:
    """Yield the listener on this port of its load balancer."""
    if arn := values.get("load_balancer_arn"):
        found = answer(place.client("elbv2").describe_listeners, "LoadBalancerNotFound", LoadBalancerArn=arn)
        yield from (one["ListenerArn"] for one in found.get("Listeners", []) if one["Port"] == values["port"])


def listener_rule(place: Place, values: Values) -> Iterator[str]:
    """Yield the rule of this priority: no listener has two."""
    if arn := values.get("listener_arn"):
        found = answer(place.client("elbv2").describe_rules, "ListenerNotFound", ListenerArn=arn)
        wanted = str(values.get("priority"))
        yield from (rule["RuleArn"] for rule in found.get("Rules", []) if rule["Priority"] == wanted)


def of_waf(operation: str, items: str) -> Look:
    """Return the search for what WAF has of a name, by its operation that lists it."""

    def look(place: Place, values: Values) -> Iterator[str]:
        for found in getattr(place.client("wafv2"), operation)(Scope=values["scope"])[items]:
            if found["Name"] == values["name"]:
                yield f"{found['Id']}/{found['Name']}/{values['scope']}"

    return look
