"""The web application firewall in front of the load balancer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleActionBlockCustomResponse,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.edge.load_balancer import LoadBalancer
from modules.log_key import LogKey

# AWS's own groups in the order they are tried, each with the rules that only count. Together 925 of the 1,500 units
# that an ACL may hold. https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
MANAGED_RULES: Mapping[str, Sequence[str]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    # SizeRestrictions_BODY refuses every body over 8 KB: no upload, no longer form would pass.
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}
RATE_WINDOW_S = 300
TOO_MANY_REQUESTS = 429
# WAF takes no log group of any other name.
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
LOG_GROUP_PREFIX = "aws-waf-logs-"
# Headers that would make the log worth stealing.
SECRET_HEADERS = ("authorization", "cookie")


class WebAcl(Construct):
    """Refuses known attacks, and any address that sends too much; logs what it refused or counted.

    What it let through is in the access logs.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        load_balancer: LoadBalancer,
        log_key: LogKey,
        settings: Environment,
    ) -> None:
        super().__init__(scope, id_)
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            description=f"Requests from outside to {settings.name}",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[
                _rate_limit(settings.edge.requests_per_5_min),
                *(
                    _managed(group, priority, counted)
                    for priority, (group, counted) in enumerate(MANAGED_RULES.items(), start=1)
                ),
            ],
            visibility_config=Wafv2WebAclVisibilityConfig(
                metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
        )
        Wafv2WebAclAssociation(self, "association", web_acl_arn=acl.arn, resource_arn=load_balancer.load_balancer.arn)
        skip(
            load_balancer.load_balancer,
            "CKV2_AWS_76",
            "The rules against Log4j are in AWSManagedRulesKnownBadInputsRuleSet; the check wants AnonymousIpList too, "
            "which refuses customers behind a VPN and partners' callbacks from a cloud.",
        )
        self._log(acl, f"{LOG_GROUP_PREFIX}{name}", log_key, settings.edge.log_retention_days)

    def _log(self, acl: Wafv2WebAcl, name: str, log_key: LogKey, retention_days: int) -> None:
        group = CloudwatchLogGroup(
            self, "log-group", name=name, retention_in_days=retention_days, kms_key_id=log_key.arn
        )
        skip(
            group,
            "CKV_AWS_338",
            "How long is the environment's decision: customers' addresses may not be kept for ever.",
        )
        refused_or_counted = [
            Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
                action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(
                    action=action
                )
            )
            for action in ("BLOCK", "COUNT")
        ]
        Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            logging_filter=Wafv2WebAclLoggingConfigurationLoggingFilter(
                default_behavior="DROP",
                filter=[
                    Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
                        behavior="KEEP", requirement="MEETS_ANY", condition=refused_or_counted
                    )
                ],
            ),
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in SECRET_HEADERS
            ],
        )


def _rate_limit(requests: int) -> Wafv2WebAclRule:
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
        priority=0,  # first: what is over the limit needs no further look
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock(custom_response=response)),
        statement=statement,
        visibility_config=_visible("rate-limit"),
    )


def _managed(group: str, priority: int, counted: Sequence[str]) -> Wafv2WebAclRule:
    statement: dict[str, Any] = {"vendor_name": "AWS", "name": group}
    if counted:
        statement["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
    return Wafv2WebAclRule(
        name=group,
        priority=priority,
        override_action=Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone()),
        statement={"managed_rule_group_statement": statement},
        visibility_config=_visible(group),
    )


def _visible(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        metric_name=metric, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )
