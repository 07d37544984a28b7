"""The certificate of the load balancer."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone
from tests.settings import an_environment
from tests.synthesis import Stack, synthesize_construct


@pytest.fixture(scope="module")
def stack() -> Stack:
    def build(stack: TerraformStack) -> None:
        zone = HostedZone(stack, "zone", settings=an_environment())
        Certificate(stack, "certificate", domain="test.example.com", zone_id=zone.id, wildcard=True)

    return synthesize_construct(build)


def test_it_covers_the_domain_and_every_service_below_it(stack: Stack) -> None:
    certificate = stack.one("aws_acm_certificate")
    assert certificate["domain_name"] == "test.example.com"
    assert certificate["subject_alternative_names"] == ["*.test.example.com"]


def test_it_proves_and_renews_itself_by_a_record_in_the_zone(stack: Stack) -> None:
    assert stack.one("aws_acm_certificate")["validation_method"] == "DNS"
    record = stack.one("aws_route53_record")
    assert stack.target(record["zone_id"]) is stack.one("aws_route53_zone")
    assert record["name"].endswith(".domain_validation_options).0.resource_record_name}")
    (proof,) = stack.one("aws_acm_certificate_validation")["validation_record_fqdns"]
    assert stack.target(proof) is record


def test_a_listener_is_never_without_a_certificate(stack: Stack) -> None:
    assert stack.one("aws_acm_certificate")["lifecycle"] == {"create_before_destroy": True}


def test_waiting_for_a_zone_that_nobody_delegated_ends_and_says_what_it_waited_for(stack: Stack) -> None:
    ((id_, validation),) = stack.resources["aws_acm_certificate_validation"].items()
    assert validation["timeouts"] == {"create": "20m"}
    assert "issued-once-the-zone-is-delegated" in id_
