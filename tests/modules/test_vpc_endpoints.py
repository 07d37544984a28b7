"""AWS services without leaving the VPC."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.network.vpc import Vpc
from modules.network.vpc_endpoints import VpcEndpoints
from tests.settings import a_network
from tests.synthesis import Stack, synthesize_construct

REGION = "eu-west-1"


def endpoints(*wanted: str, **fields: object) -> Stack:
    settings = a_network(interface_endpoints=list(wanted), **fields)

    def build(scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region=REGION, settings=settings)
        VpcEndpoints(scope, "endpoints", name="test", region=REGION, vpc=vpc, settings=settings)

    return synthesize_construct(build)


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_s3_and_dynamodb_are_always_reached_without_nat(service: str) -> None:
    stack = endpoints()
    gateway = stack.one("aws_vpc_endpoint", service_name=f"com.amazonaws.{REGION}.{service}")
    assert gateway["vpc_endpoint_type"] == "Gateway"
    tables = [stack.target(table)["tags"]["groundwork:tier"] for table in gateway["route_table_ids"]]
    assert tables == ["private"] * 3


def test_databases_get_no_way_out_by_a_gateway() -> None:
    stack = endpoints()
    tables = [stack.target(table) for one in stack.all("aws_vpc_endpoint") for table in one["route_table_ids"]]
    assert not [table for table in tables if table["tags"]["groundwork:tier"] == "isolated"]


def test_an_interface_endpoint_answers_under_the_services_own_name_in_every_zone() -> None:
    stack = endpoints("ecr.dkr", "logs")
    interfaces = stack.all("aws_vpc_endpoint", vpc_endpoint_type="Interface")
    names = {endpoint["service_name"] for endpoint in interfaces}
    assert names == {f"com.amazonaws.{REGION}.ecr.dkr", f"com.amazonaws.{REGION}.logs"}
    for endpoint in interfaces:
        assert endpoint["private_dns_enabled"] is True
        zones = {stack.target(subnet)["availability_zone"] for subnet in endpoint["subnet_ids"]}
        assert zones == {f"{REGION}{zone}" for zone in "abc"}


def test_only_the_vpc_reaches_the_interface_endpoints_and_only_by_https() -> None:
    stack = endpoints("logs")
    rule = stack.one("aws_vpc_security_group_ingress_rule")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.0.0.0/16", 443, 443)
    assert not stack.all("aws_vpc_security_group_egress_rule")


def test_without_interface_endpoints_nothing_is_paid_for() -> None:
    stack = endpoints()
    assert {one["vpc_endpoint_type"] for one in stack.all("aws_vpc_endpoint")} == {"Gateway"}
    assert not stack.all("aws_security_group")


def test_the_order_in_the_yaml_changes_nothing() -> None:
    assert endpoints("logs", "ecr.api").text == endpoints("ecr.api", "logs").text
