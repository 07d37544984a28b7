"""The security group around one thing."""

from __future__ import annotations

from cdktf import TerraformStack

from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from tests.settings import a_network
from tests.synthesis import Stack, synthesize_construct

IN, OUT = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


class Walls:
    """Two firewalls in a VPC."""

    def __init__(self, scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region="eu-west-1", settings=a_network())
        self.shop = SecurityGroup(scope, "shop", name="test-shop", description="Shop", vpc=vpc)
        self.orders = SecurityGroup(scope, "orders", name="test-orders", description="Orders", vpc=vpc)


def group(stack: Stack, name: str) -> str:
    return stack.id_of(stack.one("aws_security_group", name=name))


def test_nothing_can_connect_until_it_is_allowed() -> None:
    stack = synthesize_construct(Walls)
    assert not stack.all(IN)
    assert not stack.all(OUT)
    assert not any({"ingress", "egress"} & found.keys() for found in stack.all("aws_security_group"))


def test_a_caller_is_let_through_on_both_sides_and_on_one_port() -> None:
    def build(scope: TerraformStack) -> None:
        walls = Walls(scope)
        walls.orders.allow_from(walls.shop, 8080, scope=scope, id_="call")

    stack = synthesize_construct(build)
    into, out_of = stack.one(IN), stack.one(OUT)
    shop, orders = group(stack, "test-shop"), group(stack, "test-orders")
    assert (into["security_group_id"], into["referenced_security_group_id"]) == (orders, shop)
    assert (out_of["security_group_id"], out_of["referenced_security_group_id"]) == (shop, orders)
    for rule in (into, out_of):
        assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 8080, 8080)
        assert "cidr_ipv4" not in rule


def test_the_way_out_is_for_one_port() -> None:
    stack = synthesize_construct(lambda scope: Walls(scope).shop.allow_out(443))
    rule = stack.one(OUT)
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("0.0.0.0/0", 443, 443)
    assert not stack.all(IN)


def test_the_internet_is_let_in_on_one_port_and_gets_no_way_out() -> None:
    stack = synthesize_construct(lambda scope: Walls(scope).shop.allow_internet(443))
    rule = stack.one(IN)
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("0.0.0.0/0", 443, 443)
    assert not stack.all(OUT)


def test_every_rule_says_what_it_is_for() -> None:
    def build(scope: TerraformStack) -> None:
        walls = Walls(scope)
        walls.orders.allow_from(walls.shop, 8080, scope=scope, id_="call")
        walls.shop.allow_internet(443)
        walls.orders.allow_out(443)

    stack = synthesize_construct(build)
    assert all(rule["description"] for kind in (IN, OUT) for rule in stack.all(kind))
