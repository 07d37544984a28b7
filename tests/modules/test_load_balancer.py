"""The load balancer: HTTPS for services, and nothing that gets around it."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.network.vpc import Vpc
from tests.settings import an_environment
from tests.synthesis import Attributes, Stack, synthesize_construct


def a_load_balancer(**fields: object) -> Stack:
    environment = an_environment(**fields)

    def build(stack: TerraformStack) -> None:
        zone = HostedZone(stack, "zone", settings=environment)
        LoadBalancer(
            stack,
            "load-balancer",
            name="test-edge",
            vpc=Vpc(stack, "vpc", name="test", region="eu-west-1", settings=environment.network),
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone_id=zone.id, wildcard=True),
            access_logs=AccessLogs(stack, "access-logs", name="acme-test-edge-logs", settings=environment),
            settings=environment,
        )

    return synthesize_construct(build)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return a_load_balancer()


def listener(stack: Stack, port: int) -> Attributes:
    found = stack.one("aws_lb_listener", port=port)
    assert stack.target(found["load_balancer_arn"]) is stack.one("aws_lb")
    return found


def test_it_stands_in_the_public_subnet_of_every_zone(stack: Stack) -> None:
    balancer = stack.one("aws_lb")
    subnets = [stack.target(reference) for reference in balancer["subnets"]]
    assert {subnet["availability_zone"] for subnet in subnets} == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    assert {subnet["tags"]["groundwork:tier"] for subnet in subnets} == {"public"}
    assert balancer["internal"] is False


def test_https_takes_tls_1_3_and_of_1_2_only_what_keeps_past_traffic_secret(stack: Stack) -> None:
    https = listener(stack, 443)
    assert https["protocol"] == "HTTPS"
    assert https["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def test_https_opens_only_once_the_certificate_is_issued(stack: Stack) -> None:
    assert stack.target(listener(stack, 443)["certificate_arn"]) is stack.one("aws_acm_certificate_validation")


def test_what_no_service_claims_is_not_found(stack: Stack) -> None:
    (action,) = listener(stack, 443)["default_action"]
    assert action["type"] == "fixed-response"
    assert action["fixed_response"]["status_code"] == "404"


def test_http_is_only_ever_redirected_to_https(stack: Stack) -> None:
    assert stack.one("aws_lb_listener", protocol="HTTP") is listener(stack, 80)
    (action,) = listener(stack, 80)["default_action"]
    assert action == {
        "type": "redirect",
        "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"},
    }


def test_browsers_are_told_to_come_by_https_from_the_start(stack: Stack) -> None:
    header = listener(stack, 443)["routing_http_response_strict_transport_security_header_value"]
    assert header == "max-age=31536000"


def test_the_internet_reaches_80_and_443_and_nothing_else(stack: Stack) -> None:
    rules = stack.all("aws_vpc_security_group_ingress_rule")
    assert sorted((rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) for rule in rules) == [
        ("0.0.0.0/0", 80, 80),
        ("0.0.0.0/0", 443, 443),
    ]
    (group,) = stack.one("aws_lb")["security_groups"]
    assert {rule["security_group_id"] for rule in rules} == {group}


def test_it_calls_into_the_private_subnets_alone_by_as_many_rules_as_there_are_zones(stack: Stack) -> None:
    """A group takes 60 rules, and each service would be one."""
    out = {rule["cidr_ipv4"] for rule in stack.all("aws_vpc_security_group_egress_rule")}
    private = {one["cidr_block"] for one in stack.all("aws_subnet") if one["tags"]["groundwork:tier"] == "private"}
    assert out == private
    assert len(stack.all("aws_vpc_security_group_egress_rule")) == 3


def test_requests_that_two_readers_would_read_differently_do_not_pass(stack: Stack) -> None:
    assert stack.one("aws_lb")["drop_invalid_header_fields"] is True
    assert stack.one("aws_lb")["desync_mitigation_mode"] == "defensive"


def test_deletion_protection_and_the_idle_timeout_are_the_environments() -> None:
    protected, open_ = a_load_balancer(), a_load_balancer(deletion_protection=False, edge={"idle_timeout_s": 300})
    assert protected.one("aws_lb")["enable_deletion_protection"] is True
    assert open_.one("aws_lb")["enable_deletion_protection"] is False
    assert open_.one("aws_lb")["idle_timeout"] == 300


def test_every_request_is_logged_from_the_moment_that_the_bucket_lets_it(stack: Stack) -> None:
    logs = stack.one("aws_lb")["access_logs"]
    assert logs["enabled"] is True
    # Read off the policy: made any sooner the load balancer would be refused.
    assert stack.target(logs["bucket"]) is stack.one("aws_s3_bucket_policy")
