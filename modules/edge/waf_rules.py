"""The rules of the web application firewall, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionAllow,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleActionBlockCustomResponse,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
)

from config.models.waf import ALWAYS_COUNTED, LABELS, MANAGED_RULES, Exceptions, Waf, WafRule

RATE_WINDOW_S = 300
TOO_MANY_REQUESTS = 429


def allow(addresses: str) -> Wafv2WebAclRule:
    """Let the addresses of an IP set pass everything that follows."""
    return Wafv2WebAclRule(
        name="allowed",
        priority=0,
        action=Wafv2WebAclRuleAction(allow=Wafv2WebAclRuleActionAllow()),
        statement={"ip_set_reference_statement": {"arn": addresses}},
        visibility_config=_visible("allowed"),
    )


def limit_rate(requests: int) -> Wafv2WebAclRule:
    """Refuse an address that sends more, until it slows down."""
    response = Wafv2WebAclRuleActionBlockCustomResponse(response_code=TOO_MANY_REQUESTS)
    statement = {
        "rate_based_statement": {
            "aggregate_key_type": "IP",
            "limit": requests,
            "evaluation_window_sec": RATE_WINDOW_S,
        }
    }
    return Wafv2WebAclRule(
        name="rate-limit",
        priority=1,  # before AWS' rules: what is over the limit needs no further look
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock(custom_response=response)),
        statement=statement,
        visibility_config=_visible("rate-limit"),
    )


def managed_rules(waf: Waf, exceptions: Exceptions) -> Iterator[Wafv2WebAclRule]:
    """Yield AWS' groups, and a rule for each set of hosts that refuses elsewhere what only counts for them.

    A rule of a group counts for every host or for none; but it leaves a label, and a rule behind it may look at both.
    """
    counted = {ALWAYS_COUNTED, *waf.count}
    excepted = {rule for rules in exceptions.values() for rule in rules}
    for priority, (group, rules) in enumerate(MANAGED_RULES.items(), start=2):
        counting = [rule for rule in rules if rule in counted or rule in excepted]
        yield _managed(group, priority, counting, waf)
    if waf.mode == "count":
        return
    first = 2 + len(MANAGED_RULES)
    ordered = sorted(exceptions.items(), key=lambda item: sorted(item[0]))
    for number, (hosts, its) in enumerate(ordered, start=1):
        if labels := sorted(LABELS[rule] for rule in its - counted):
            yield _block_but_for(sorted(hosts), labels, name=f"exception-{number}", priority=first + number)


def _managed(group: str, priority: int, counting: Sequence[WafRule], waf: Waf) -> Wafv2WebAclRule:
    statement: dict[str, Any] = {"vendor_name": "AWS", "name": group}
    if counting:
        statement["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counting]
    return Wafv2WebAclRule(
        name=group,
        priority=priority,
        override_action=Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())
        if waf.mode == "count"
        else Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone()),
        statement={"managed_rule_group_statement": statement},
        visibility_config=_visible(group),
    )


def _block_but_for(hosts: Sequence[str], labels: Sequence[str], *, name: str, priority: int) -> Wafv2WebAclRule:
    left = [{"label_match_statement": {"scope": "LABEL", "key": label}} for label in labels]
    elsewhere = [{"not_statement": {"statement": [_host(host)]}} for host in hosts]
    either = left[0] if len(left) == 1 else {"or_statement": {"statement": left}}
    return Wafv2WebAclRule(
        name=name,
        priority=priority,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={"and_statement": {"statement": [either, *elsewhere]}},
        visibility_config=_visible(name),
    )


def _host(host: str) -> dict[str, Any]:
    return {
        "byte_match_statement": {
            "field_to_match": {"single_header": {"name": "host"}},
            "positional_constraint": "EXACTLY",
            "search_string": host,
            "text_transformation": [{"priority": 0, "type": "LOWERCASE"}],
        }
    }


def _visible(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        metric_name=metric, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )
