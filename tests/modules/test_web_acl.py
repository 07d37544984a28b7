"""The web application firewall: what it refuses, what it lets through, what it remembers."""

from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_acl import WebAcl
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import Attributes, Stack, synthesize_construct


def a_web_acl(**fields: object) -> Stack:
    environment = an_environment(**fields)

    def build(stack: TerraformStack) -> None:
        zone = HostedZone(stack, "zone", settings=environment)
        load_balancer = LoadBalancer(
            stack,
            "load-balancer",
            name="test-edge",
            vpc=Vpc(stack, "vpc", name="test", region="eu-west-1", settings=environment.network),
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone=zone),
            access_logs=AccessLogs(stack, "access-logs", name="acme-test-edge-logs", settings=environment),
            settings=environment,
        )
        key = LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region="eu-west-1")
        WebAcl(stack, "web-acl", name="test-edge", load_balancer=load_balancer, log_key=key, settings=environment)

    return synthesize_construct(build)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return a_web_acl()


def rules(stack: Stack) -> dict[str, Attributes]:
    return {rule["name"]: rule for rule in stack.one("aws_wafv2_web_acl")["rule"]}


def test_it_stands_before_the_load_balancer(stack: Stack) -> None:
    association = stack.one("aws_wafv2_web_acl_association")
    assert stack.target(association["resource_arn"]) is stack.one("aws_lb")
    assert stack.target(association["web_acl_arn"]) is stack.one("aws_wafv2_web_acl")
    assert stack.one("aws_wafv2_web_acl")["scope"] == "REGIONAL"


@pytest.mark.parametrize(
    "group",
    [
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
    ],
)
def test_what_aws_knows_as_an_attack_is_refused(stack: Stack, group: str) -> None:
    rule = rules(stack)[group]
    assert rule["statement"]["managed_rule_group_statement"]["vendor_name"] == "AWS"
    assert rule["override_action"] == {"none": {}}  # the group's own actions stand


def test_of_all_of_aws_rules_only_the_one_against_large_bodies_merely_counts(stack: Stack) -> None:
    overridden = {
        override["name"]: override["action_to_use"]
        for rule in rules(stack).values()
        for override in rule["statement"].get("managed_rule_group_statement", {}).get("rule_action_override", [])
    }
    assert overridden == {"SizeRestrictions_BODY": {"count": {}}}


def test_an_address_that_sends_too_much_is_told_so_until_it_slows_down() -> None:
    rule = rules(a_web_acl(edge={"requests_per_5_min": 1234}))["rate-limit"]
    assert rule["statement"] == {
        "rate_based_statement": {"aggregate_key_type": "IP", "limit": 1234, "evaluation_window_sec": 300}
    }
    assert rule["action"] == {"block": {"custom_response": {"response_code": 429}}}


def test_whatever_no_rule_refuses_passes(stack: Stack) -> None:
    assert stack.one("aws_wafv2_web_acl")["default_action"] == {"allow": {}}
    assert len({rule["priority"] for rule in rules(stack).values()}) == len(rules(stack)) == 4


def test_what_was_refused_or_counted_is_logged_encrypted_and_expires() -> None:
    stack = a_web_acl(edge={"log_retention_days": 30})
    logging = stack.one("aws_wafv2_web_acl_logging_configuration")
    (destination,) = logging["log_destination_configs"]
    group = stack.target(destination)
    assert group["name"] == "aws-waf-logs-test-edge"  # WAF insists on the prefix
    assert group["retention_in_days"] == 30
    assert stack.target(group["kms_key_id"]) is stack.one("aws_kms_key")
    (kept,) = logging["logging_filter"]["filter"]
    actions = {condition["action_condition"]["action"] for condition in kept["condition"]}
    assert (logging["logging_filter"]["default_behavior"], kept["behavior"], actions) == (
        "DROP",
        "KEEP",
        {"BLOCK", "COUNT"},
    )


def test_no_token_or_session_is_in_the_log(stack: Stack) -> None:
    redacted = stack.one("aws_wafv2_web_acl_logging_configuration")["redacted_fields"]
    assert {field["single_header"]["name"] for field in redacted} == {"authorization", "cookie"}
