"""What a person is told while, and after, a certificate waits for its domain."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import boto3
import pytest
from moto import mock_aws

from cli.deploy.run import Run
from cli.domain.delegation import Delegation
from cli.session import Session
from cli.terraform.synthesized import SynthesizedApp
from config.models.environment.shared import SHARED
from tests.settings import an_environment

# As cdktf writes it: Terraform's address, and in parentheses the construct's path.
ADDRESS = (
    "aws_acm_certificate_validation.certificate_issued-once-the-zone-is-delegated_DD4ED178 "
    "(certificate/issued-once-the-zone-is-delegated)"
)
ERRORS = ["Error: waiting for ACM Certificate (arn:…) to be issued: timeout", f"  with {ADDRESS},"]


@pytest.fixture
def name_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A zone of the domain, and beside it the zone below and a private one."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        route53 = boto3.client("route53", region_name="eu-west-1")
        route53.create_hosted_zone(Name="a.test.example.com", CallerReference="below")
        route53.create_hosted_zone(
            Name="test.example.com",
            CallerReference="private",
            HostedZoneConfig={"PrivateZone": True},
            VPC={"VPCRegion": "eu-west-1", "VPCId": "vpc-1"},
        )
        made = route53.create_hosted_zone(Name="test.example.com", CallerReference="public")
        yield made["DelegationSet"]["NameServers"]


def records(name_servers: list[str]) -> str:
    """As they are entered into a zone, each on a line of its own."""
    return "\n".join(["", *(f"  test.example.com. 172800 IN NS {server}." for server in name_servers), ""])


@pytest.mark.parametrize("elapsed", ["1m0s", "01m00s"])  # as Terraform writes it before 1.12, and since
def test_after_a_minute_of_waiting_the_name_servers_are_told(name_servers: list[str], elapsed: str) -> None:
    text = Delegation(an_environment()).notice(f"test-edge  {ADDRESS}: Still creating... [{elapsed} elapsed]")
    assert text is not None
    assert records(name_servers) in text
    assert "docs/edge.md" in text


@pytest.mark.parametrize(
    "line",
    [
        f"test-edge  {ADDRESS}: Still creating... [10s elapsed]",
        f"test-edge  {ADDRESS}: Still creating... [11m0s elapsed]",
        "test-edge  aws_lb.load-balancer_30A23327 (load-balancer): Still creating... [1m0s elapsed]",
    ],
)
def test_they_are_told_once_and_of_nothing_else(line: str) -> None:
    assert Delegation(an_environment()).notice(line) is None


def test_a_certificate_that_was_not_issued_is_explained(name_servers: list[str]) -> None:
    text = Delegation(an_environment()).explain(ERRORS)
    assert text is not None
    assert records(name_servers) in text


def test_another_failure_is_not_blamed_on_the_domain() -> None:
    assert Delegation(an_environment()).explain(["Error: creating ECS Service"]) is None


def test_of_an_adopted_zone_nobody_is_told_to_delegate_what_is_delegated() -> None:
    text = Delegation(an_environment(edge={"zone_id": "Z0123456789ABCDEFGHIJ"})).explain(ERRORS)
    assert text is not None
    assert "Z0123456789ABCDEFGHIJ" in text
    assert "registrar" not in text


def test_advice_never_ends_a_deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    text = Delegation(an_environment()).explain(ERRORS)
    assert text is not None
    assert "an NS record for each of the name servers of its zone in Route 53" in text


def test_what_all_environments_share_has_no_domain_to_delegate() -> None:
    session = cast(Session, SimpleNamespace(name=SHARED))
    run = Run(session=session, program=cast(SynthesizedApp, None), lock_timeout_seconds=0, checkout_lock=0)
    assert run.delegation is None


FOREIGN = ADDRESS.replace("validation.certificate", "validation.domain-shop-example-net_certificate")


def test_of_a_foreign_domain_the_exact_records_are_told(name_servers: list[str]) -> None:
    domains = [{"name": "shop.example.net"}, {"name": "shop.example.org", "zone_id": "Z0123456789"}]
    environment = an_environment(edge={"create_zone": True, "domains": domains})
    acm, elb = boto3.client("acm", region_name="eu-west-1"), boto3.client("elbv2", region_name="eu-west-1")
    ec2 = boto3.client("ec2", region_name="eu-west-1")
    acm.request_certificate(DomainName="test.example.com", ValidationMethod="DNS")
    made = acm.request_certificate(DomainName="shop.example.net", ValidationMethod="DNS")["CertificateArn"]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    (balancer,) = elb.create_load_balancer(Name="test-edge", Subnets=subnets)["LoadBalancers"]
    text = Delegation(environment).notice(f"test-edge  {FOREIGN}: Still creating... [1m0s elapsed]")
    (option,) = acm.describe_certificate(CertificateArn=made)["Certificate"]["DomainValidationOptions"]
    proof = option["ResourceRecord"]
    assert text is not None
    assert f"  {proof['Name']} CNAME {proof['Value']}\n  shop.example.net. CNAME {balancer['DNSName']}.\n" in text
    assert "zone Z0123456789 is the one that answers for shop.example.org" in text
    assert "name servers" not in text
    assert "NS" not in text.replace("DNS", "")


def test_a_foreign_domain_and_the_own_one_are_both_explained(name_servers: list[str]) -> None:
    environment = an_environment(edge={"create_zone": True, "domains": [{"name": "shop.example.net"}]})
    text = Delegation(environment).explain([*ERRORS, f"  with {FOREIGN},"])
    assert text is not None
    assert records(name_servers) in text
    assert "shop.example.net" in text
    assert "  the records that AWS Certificate Manager shows for it" in text
