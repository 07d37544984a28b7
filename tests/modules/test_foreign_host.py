"""A host that is not below the environment's domain: its certificate, and its records here or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from cdktf import TerraformStack

from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.foreign_host import foreign_hosts
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.network.vpc import Vpc
from tests.settings import an_environment
from tests.synthesis import Stack, synthesize_construct

ZONE = "Z0123456789ABCDEFGHIJ"


def edge_with(domains: Sequence[dict[str, str]]) -> Stack:
    environment = an_environment(edge={"create_zone": True, "domains": domains})

    def build(stack: TerraformStack) -> None:
        vpc = Vpc(stack, "vpc", name="test", region="eu-west-1", settings=environment.network)
        zone = HostedZone(stack, "zone", settings=environment)
        load_balancer = LoadBalancer(
            stack,
            "load-balancer",
            name="test-edge",
            vpc=vpc,
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone_id=zone.id, wildcard=True),
            access_logs=AccessLogs(stack, "access-logs", name="acme-test-edge-logs", settings=environment),
            settings=environment,
        )
        foreign_hosts(
            stack, load_balancer=load_balancer, address=load_balancer.address, zone=zone, settings=environment
        )

    return synthesize_construct(build)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return edge_with([{"name": "shop.example.net", "zone_id": ZONE}, {"name": "shop.example.org"}])


def certificate(stack: Stack, domain: str) -> Any:
    (found,) = [one for one in stack.resources["aws_acm_certificate"].values() if one["domain_name"] == domain]
    return found


def records(stack: Stack, **wanted: str) -> list[Any]:
    every = stack.resources["aws_route53_record"].values()
    return [one for one in every if all(one.get(key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("domain", ["shop.example.net", "shop.example.org"])
def test_each_has_a_certificate_of_its_own_for_that_name_alone(stack: Stack, domain: str) -> None:
    its = certificate(stack, domain)
    assert "subject_alternative_names" not in its
    assert its["validation_method"] == "DNS"
    assert its["lifecycle"] == {"create_before_destroy": True}


def test_the_load_balancer_shows_a_certificate_once_it_is_issued(stack: Stack) -> None:
    shown = stack.resources["aws_lb_listener_certificate"].values()
    issued = [stack.target(one["certificate_arn"]) for one in shown]
    assert [stack.target(one["certificate_arn"])["domain_name"] for one in issued] == [
        "shop.example.net",
        "shop.example.org",
    ]
    for one in shown:
        assert stack.target(one["listener_arn"])["port"] == 443


def test_in_its_zone_the_proof_and_the_address_are_made(stack: Stack) -> None:
    (address,) = records(stack, zone_id=ZONE, name="shop.example.net")
    assert address["type"] == "A"
    assert stack.target(address["alias"]["name"]) is stack.one("aws_lb")
    (proof,) = [one for one in records(stack, zone_id=ZONE) if one is not address]
    its = stack.id_of(certificate(stack, "shop.example.net")).removeprefix("${").removesuffix(".id}")
    assert proof["name"] == f"${{tolist({its}.domain_validation_options).0.resource_record_name}}"


def test_without_a_zone_the_exact_records_are_told_and_nothing_is_made(stack: Stack) -> None:
    assert not records(stack, name="shop.example.org")
    (proof, address) = stack.document["output"]["records-shop-example-org"]["value"]
    assert "resource_record_name} CNAME ${" in proof
    assert address.startswith("shop.example.org. CNAME ${aws_lb.")
    assert "records-shop-example-net" not in stack.document["output"]


def test_what_lies_deeper_below_the_domain_has_the_environments_zone() -> None:
    stack = edge_with([{"name": "eu.shop.test.example.com"}])
    (address,) = records(stack, name="eu.shop.test.example.com")
    assert stack.target(address["zone_id"]) is stack.one("aws_route53_zone")
