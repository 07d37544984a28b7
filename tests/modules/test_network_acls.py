"""The access lists between the tiers."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.network.network_acls import NetworkAcls
from modules.network.vpc import Vpc
from tests.settings import a_network
from tests.synthesis import Attributes, Stack, synthesize_construct

PRIVATE = {"10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"}
POSTGRES, EPHEMERAL = (5432, 5432), (1024, 65_535)


@pytest.fixture(scope="module")
def stack() -> Stack:
    def build(scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region="eu-west-1", settings=a_network())
        NetworkAcls(scope, "acls", name="test", vpc=vpc, settings=a_network())

    return synthesize_construct(build)


def acl(stack: Stack, tier: str) -> Attributes:
    return next(acl for acl in stack.all("aws_network_acl") if acl["tags"]["groundwork:tier"] == tier)


def openings(rules: list[Attributes]) -> set[tuple[str, tuple[int, int]]]:
    assert all((rule["action"], rule["protocol"]) == ("allow", "tcp") for rule in rules)
    return {(rule["cidr_block"], (rule["from_port"], rule["to_port"])) for rule in rules}


def test_every_subnet_stands_behind_the_list_of_its_tier(stack: Stack) -> None:
    for tier in ("public", "private", "isolated"):
        subnets = [stack.target(subnet) for subnet in acl(stack, tier)["subnet_ids"]]
        assert [subnet["tags"]["groundwork:tier"] for subnet in subnets] == [tier] * 3


def test_the_database_tier_takes_postgresql_from_the_private_tier_and_nothing_else(stack: Stack) -> None:
    assert openings(acl(stack, "isolated")["ingress"]) == {(cidr, POSTGRES) for cidr in PRIVATE}


def test_the_database_tier_answers_the_private_tier_and_nobody_else(stack: Stack) -> None:
    assert openings(acl(stack, "isolated")["egress"]) == {(cidr, EPHEMERAL) for cidr in PRIVATE}


def test_the_internet_opens_connections_to_web_ports_alone(stack: Stack) -> None:
    well_known = {
        ports for cidr, ports in openings(acl(stack, "public")["ingress"]) if cidr == "0.0.0.0/0" and ports != EPHEMERAL
    }
    assert well_known == {(80, 80), (443, 443)}


def test_answers_come_back_to_whoever_called_out(stack: Stack) -> None:
    for tier in ("public", "private"):
        assert ("0.0.0.0/0", EPHEMERAL) in openings(acl(stack, tier)["ingress"])


def test_rules_leave_room_between_their_numbers(stack: Stack) -> None:
    for tier in ("public", "private", "isolated"):
        for side in ("ingress", "egress"):
            numbers = [rule["rule_no"] for rule in acl(stack, tier)[side]]
            assert numbers == [10 * place for place in range(1, len(numbers) + 1)]


def test_replicas_of_alertmanager_reach_each_other_by_udp_on_one_port_of_the_private_tier() -> None:
    def build(scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region="eu-west-1", settings=a_network())
        NetworkAcls(scope, "acls", name="test", vpc=vpc, settings=a_network(), gossip_port=9094)

    replicated = synthesize_construct(build)
    for side in ("ingress", "egress"):
        udp = [rule for rule in acl(replicated, "private")[side] if rule["protocol"] == "udp"]
        assert {rule["cidr_block"] for rule in udp} == PRIVATE
        assert {(rule["from_port"], rule["to_port"]) for rule in udp} == {(9094, 9094)}
        for tier in ("public", "isolated"):
            assert {rule["protocol"] for rule in acl(replicated, tier)[side]} == {"tcp"}
