"""The web application firewall in front of the load balancer."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
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
from config.models.waf import Exceptions, Waf
from modules.checkov import skip
from modules.edge.load_balancer import LoadBalancer
from modules.edge.waf_rules import allow, limit_rate, managed_rules
from modules.log_key import LogKey

# WAF takes no log group of any other name.
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
LOG_GROUP_PREFIX = "aws-waf-logs-"
# Headers that would make the log worth stealing.
SECRET_HEADERS = ("authorization", "cookie")


class WebAcl(Construct):
    """Refuses known attacks, and any address that sends too much; logs what it refused or counted.

    `exceptions` are the rules that only count, by the hosts for which they do. What it let through is in the access
    logs.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        load_balancer: LoadBalancer,
        log_key: LogKey,
        exceptions: Exceptions,
        settings: Environment,
    ) -> None:
        super().__init__(scope, id_)
        waf = settings.edge.waf
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            description=f"Requests from outside to {settings.name}",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[
                *([allow(self._addresses(name, waf).arn)] if waf.allowed_cidrs else []),
                limit_rate(settings.edge.requests_per_5_min),
                *managed_rules(waf, exceptions),
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

    def _addresses(self, name: str, waf: Waf) -> Wafv2IpSet:
        return Wafv2IpSet(
            self,
            "allowed",
            name=f"{name}-allowed",
            description="Addresses that the firewall lets pass",
            scope="REGIONAL",
            ip_address_version="IPV4",
            addresses=[str(cidr) for cidr in waf.allowed_cidrs],
        )

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
