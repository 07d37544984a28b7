"""The web application firewall: what it refuses, what it lets through, what it remembers."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Network
from pathlib import Path
from typing import get_args

import botocore.session
import pytest
from cdktf import TerraformStack

from config.models.waf import LABELS, MANAGED_RULES, Exceptions, ServiceWaf, WafRule, exceptions
from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_acl import WebAcl
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import Attributes, Stack, synthesize_construct
from tests.terraform_validation import provider_says


def a_web_acl(excepted: Exceptions | None = None, **fields: object) -> Stack:
    environment = an_environment(**fields)

    def build(stack: TerraformStack) -> None:
        zone = HostedZone(stack, "zone", settings=environment)
        load_balancer = LoadBalancer(
            stack,
            "load-balancer",
            name="test-edge",
            vpc=Vpc(stack, "vpc", name="test", region="eu-west-1", settings=environment.network),
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone_id=zone.id, wildcard=True),
            access_logs=AccessLogs(stack, "access-logs", name="acme-test-edge-logs", settings=environment),
            settings=environment,
        )
        key = LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region="eu-west-1")
        WebAcl(
            stack,
            "web-acl",
            name="test-edge",
            load_balancer=load_balancer,
            log_key=key,
            exceptions=excepted or {},
            settings=environment,
        )

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


def counting(stack: Stack) -> set[str]:
    """The rules of AWS' groups that leave their label and refuse nothing."""
    found = set()
    for rule in rules(stack).values():
        for override in rule["statement"].get("managed_rule_group_statement", {}).get("rule_action_override", []):
            assert override["action_to_use"] == {"count": {}}
            found.add(override["name"])
    return found


def test_of_all_of_aws_rules_only_the_one_against_large_bodies_merely_counts(stack: Stack) -> None:
    assert counting(stack) == {"SizeRestrictions_BODY"}


def test_an_environment_names_rules_that_only_count() -> None:
    stack = a_web_acl(edge={"waf": {"count": ("NoUserAgent_HEADER",)}})
    assert counting(stack) == {"SizeRestrictions_BODY", "NoUserAgent_HEADER"}


def test_an_environment_that_counts_refuses_only_who_sends_too_much() -> None:
    found = rules(
        a_web_acl({frozenset({"a.example.com"}): frozenset({"PROPFIND_METHOD"})}, edge={"waf": {"mode": "count"}})
    )
    assert {name for name, rule in found.items() if rule.get("action", {}).get("block")} == {"rate-limit"}
    assert {name for name, rule in found.items() if rule.get("override_action") == {"count": {}}} == set(MANAGED_RULES)


def test_allowed_addresses_pass_before_any_rule_looks_at_them() -> None:
    stack = a_web_acl(edge={"waf": {"allowed_cidrs": (IPv4Network("203.0.113.0/24"),)}})
    found = rules(stack)
    assert found["allowed"]["priority"] < min(rule["priority"] for name, rule in found.items() if name != "allowed")
    assert found["allowed"]["action"] == {"allow": {}}
    addresses = stack.target(found["allowed"]["statement"]["ip_set_reference_statement"]["arn"])
    assert (addresses["addresses"], addresses["scope"]) == (["203.0.113.0/24"], "REGIONAL")


def holds(statement: Attributes, host: str, labels: set[str]) -> bool:
    """Whether a statement of WAF matches, by the documented meaning of each."""
    ((kind, its),) = statement.items()
    if kind == "and_statement":
        return all(holds(part, host, labels) for part in its["statement"])
    if kind == "or_statement":
        return any(holds(part, host, labels) for part in its["statement"])
    if kind == "not_statement":
        (part,) = its["statement"]
        return not holds(part, host, labels)
    if kind == "label_match_statement":
        assert its["scope"] == "LABEL"
        return its["key"] in labels
    assert kind == "byte_match_statement"
    assert its["text_transformation"] == [{"priority": 0, "type": "LOWERCASE"}]
    return bool(host.lower() == its["search_string"])


def refused(stack: Stack, host: str, *fits: WafRule) -> bool:
    """Whether the ACL refuses a request to a host that fits rules of AWS' groups."""
    labels = {LABELS[rule] for rule in fits}
    if set(fits) - counting(stack):
        return True
    own = [rule for name, rule in rules(stack).items() if name.startswith("exception")]
    return any(holds(rule["statement"], host, labels) for rule in own)


def test_a_rule_counts_for_the_hosts_that_ask_for_it_and_refuses_for_all_others() -> None:
    html: WafRule = "CrossSiteScripting_BODY"
    agent: WafRule = "NoUserAgent_HEADER"
    path: WafRule = "GenericLFI_URIPATH"
    asked = [
        ("cms.example.com", frozenset({html, path})),
        ("hooks.example.com", frozenset({html, agent})),
    ]
    stack = a_web_acl(exceptions(asked))
    for host, rules_of_host in asked:
        for rule in (html, agent, path):
            assert refused(stack, host, rule) is (rule not in rules_of_host)
    assert not refused(stack, "CMS.example.com", html, path)
    assert refused(stack, "shop.example.com", html)
    assert refused(stack, "hooks.example.com", html, "Log4JRCE_BODY")
    assert not refused(stack, "shop.example.com")
    priorities = [rule["priority"] for rule in rules(stack).values()]
    assert len(set(priorities)) == len(priorities)


def test_a_service_may_have_every_rule_count_for_its_host_alone() -> None:
    everything = ServiceWaf(mode="count").counted
    stack = a_web_acl(exceptions([("raw.example.com", everything)]))
    assert counting(stack) == set(LABELS)
    for rule in LABELS:
        assert not refused(stack, "raw.example.com", rule)
        assert refused(stack, "shop.example.com", rule) is (rule != "SizeRestrictions_BODY")


def test_every_rule_is_of_one_group_and_has_its_label() -> None:
    assert sorted(rule for its in MANAGED_RULES.values() for rule in its) == sorted(get_args(WafRule))
    shapes = botocore.session.get_session().get_service_model("wafv2")
    pattern, longest = (shapes.shape_for("LabelMatchKey").metadata[key] for key in ("pattern", "max"))
    for label in LABELS.values():
        assert re.fullmatch(pattern, label)
        assert len(label) <= longest


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


@pytest.mark.e2e
def test_the_provider_takes_exceptions_of_several_hosts_and_rules(tmp_path: Path) -> None:
    asked = [(host, frozenset(get_args(WafRule))) for host in ("a.example.com", "b.example.com")]
    document = a_web_acl(exceptions(asked), edge={"waf": {"allowed_cidrs": (IPv4Network("203.0.113.0/24"),)}}).document
    (tmp_path / "cdk.tf.json").write_text(json.dumps(document))
    assert provider_says(tmp_path) == []
