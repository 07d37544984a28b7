"""The web application firewall: AWS' managed rules, and which of them only count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from config.models.settings import Mistake, Settings

WafRule = Literal[
    "NoUserAgent_HEADER",
    "UserAgent_BadBots_HEADER",
    "SizeRestrictions_QUERYSTRING",
    "SizeRestrictions_Cookie_HEADER",
    "SizeRestrictions_BODY",
    "SizeRestrictions_URIPATH",
    "EC2MetaDataSSRF_BODY",
    "EC2MetaDataSSRF_COOKIE",
    "EC2MetaDataSSRF_URIPATH",
    "EC2MetaDataSSRF_QUERYARGUMENTS",
    "GenericLFI_QUERYARGUMENTS",
    "GenericLFI_URIPATH",
    "GenericLFI_BODY",
    "RestrictedExtensions_URIPATH",
    "RestrictedExtensions_QUERYARGUMENTS",
    "GenericRFI_QUERYARGUMENTS",
    "GenericRFI_BODY",
    "GenericRFI_URIPATH",
    "CrossSiteScripting_COOKIE",
    "CrossSiteScripting_QUERYARGUMENTS",
    "CrossSiteScripting_BODY",
    "CrossSiteScripting_URIPATH",
    "JavaDeserializationRCE_HEADER",
    "JavaDeserializationRCE_BODY",
    "JavaDeserializationRCE_URIPATH",
    "JavaDeserializationRCE_QUERYSTRING",
    "Host_localhost_HEADER",
    "PROPFIND_METHOD",
    "ExploitablePaths_URIPATH",
    "Log4JRCE_HEADER",
    "Log4JRCE_QUERYSTRING",
    "Log4JRCE_BODY",
    "Log4JRCE_URIPATH",
    "ReactJSRCE_BODY",
    "AWSManagedIPReputationList",
    "AWSManagedReconnaissanceList",
]
# The label that each rule leaves on a request, by the documented name of rule and group:
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html
_CORE, _BAD, _ADDRESSES = (
    f"awswaf:managed:aws:{group}:" for group in ("core-rule-set", "known-bad-inputs", "amazon-ip-list")
)
MANAGED_RULES: Mapping[str, Mapping[WafRule, str]] = {
    "AWSManagedRulesAmazonIpReputationList": {
        "AWSManagedIPReputationList": f"{_ADDRESSES}AWSManagedIPReputationList",
        "AWSManagedReconnaissanceList": f"{_ADDRESSES}AWSManagedReconnaissanceList",
    },
    "AWSManagedRulesKnownBadInputsRuleSet": {
        "JavaDeserializationRCE_HEADER": f"{_BAD}JavaDeserializationRCE_Header",
        "JavaDeserializationRCE_BODY": f"{_BAD}JavaDeserializationRCE_Body",
        "JavaDeserializationRCE_URIPATH": f"{_BAD}JavaDeserializationRCE_URIPath",
        "JavaDeserializationRCE_QUERYSTRING": f"{_BAD}JavaDeserializationRCE_QueryString",
        "Host_localhost_HEADER": f"{_BAD}Host_Localhost_Header",
        "PROPFIND_METHOD": f"{_BAD}Propfind_Method",
        "ExploitablePaths_URIPATH": f"{_BAD}ExploitablePaths_URIPath",
        "Log4JRCE_HEADER": f"{_BAD}Log4JRCE_Header",
        "Log4JRCE_QUERYSTRING": f"{_BAD}Log4JRCE_QueryString",
        "Log4JRCE_BODY": f"{_BAD}Log4JRCE_Body",
        "Log4JRCE_URIPATH": f"{_BAD}Log4JRCE_URIPath",
        "ReactJSRCE_BODY": f"{_BAD}ReactJSRCE_Body",
    },
    "AWSManagedRulesCommonRuleSet": {
        "NoUserAgent_HEADER": f"{_CORE}NoUserAgent_Header",
        "UserAgent_BadBots_HEADER": f"{_CORE}BadBots_Header",
        "SizeRestrictions_QUERYSTRING": f"{_CORE}SizeRestrictions_QueryString",
        "SizeRestrictions_Cookie_HEADER": f"{_CORE}SizeRestrictions_Cookie_Header",
        "SizeRestrictions_BODY": f"{_CORE}SizeRestrictions_Body",
        "SizeRestrictions_URIPATH": f"{_CORE}SizeRestrictions_URIPath",
        "EC2MetaDataSSRF_BODY": f"{_CORE}EC2MetaDataSSRF_Body",
        "EC2MetaDataSSRF_COOKIE": f"{_CORE}EC2MetaDataSSRF_Cookie",
        "EC2MetaDataSSRF_URIPATH": f"{_CORE}EC2MetaDataSSRF_URIPath",
        "EC2MetaDataSSRF_QUERYARGUMENTS": f"{_CORE}EC2MetaDataSSRF_QueryArguments",
        "GenericLFI_QUERYARGUMENTS": f"{_CORE}GenericLFI_QueryArguments",
        "GenericLFI_URIPATH": f"{_CORE}GenericLFI_URIPath",
        "GenericLFI_BODY": f"{_CORE}GenericLFI_Body",
        "RestrictedExtensions_URIPATH": f"{_CORE}RestrictedExtensions_URIPath",
        "RestrictedExtensions_QUERYARGUMENTS": f"{_CORE}RestrictedExtensions_QueryArguments",
        "GenericRFI_QUERYARGUMENTS": f"{_CORE}GenericRFI_QueryArguments",
        "GenericRFI_BODY": f"{_CORE}GenericRFI_Body",
        "GenericRFI_URIPATH": f"{_CORE}GenericRFI_URIPath",
        "CrossSiteScripting_COOKIE": f"{_CORE}CrossSiteScripting_Cookie",
        "CrossSiteScripting_QUERYARGUMENTS": f"{_CORE}CrossSiteScripting_QueryArguments",
        "CrossSiteScripting_BODY": f"{_CORE}CrossSiteScripting_Body",
        "CrossSiteScripting_URIPATH": f"{_CORE}CrossSiteScripting_URIPath",
    },
}
LABELS: Mapping[WafRule, str] = {rule: label for rules in MANAGED_RULES.values() for rule, label in rules.items()}
ALWAYS_COUNTED: WafRule = "SizeRestrictions_BODY"
"""It refuses every body over 8 KB: no upload, no longer form would pass."""

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
CAPACITY = 1_500
"""Units that an ACL may use at its normal price."""
_USED = 925 + 2 + 1
"""AWS' three groups, the rate limit, the allowed addresses."""
_LABEL, _HOST = 1, 2 + 10
"""A label; a host, whatever its case."""
# https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSet.html: all prefixes but /0
WIDEST_PREFIX = 8


class Waf(Settings):
    """The firewall in front of the load balancer."""

    mode: Literal["block", "count"] = Field(
        default="block",
        description="What AWS' rules do with a request that fits; `count` refuses nothing, and the dashboard `AWS` "
        "shows what would have been. The limit of requests refuses in both.",
    )
    count: tuple[WafRule, ...] = Field(
        default=(), description="Rules that only count in the whole environment; SizeRestrictions_BODY always does."
    )
    allowed_cidrs: tuple[IPv4Network, ...] = Field(
        default=(),
        max_length=100,
        description="Addresses that no rule and no limit looks at: an office, a scanner that you pay.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a range that is most of the internet."""
        for number, cidr in enumerate(self.allowed_cidrs):
            if cidr.prefixlen < WIDEST_PREFIX:
                yield Mistake(
                    field=f"allowed_cidrs.{number}",
                    message="this range would take much of the internet past the firewall",
                    allowed=f"prefixes from /{WIDEST_PREFIX} to /32",
                    fix="write the ranges that your provider gave you, or mode: count",
                )


class ServiceWaf(Settings):
    """Exceptions of the firewall for the hosts of one service."""

    mode: Literal["block", "count"] = Field(
        default="block", description="`count` lets everything pass that AWS' rules would refuse, for this host alone."
    )
    count: tuple[WafRule, ...] = Field(
        default=(), description="Rules that only count for this host, as the firewall's log names them."
    )

    @property
    def counted(self) -> frozenset[WafRule]:
        """The rules that refuse nothing here."""
        return frozenset(LABELS if self.mode == "count" else self.count)


Exceptions = Mapping[frozenset[str], frozenset[WafRule]]
"""The rules that only count for some hosts, by these hosts; each rule is there once."""


def exceptions(counted: Iterable[tuple[str, frozenset[WafRule]]]) -> Exceptions:
    """Bring together what counts for which host."""
    hosts: dict[WafRule, set[str]] = {}
    for host, rules in counted:
        for rule in rules:
            hosts.setdefault(rule, set()).add(host)
    together: dict[frozenset[str], set[WafRule]] = {}
    for rule, its in hosts.items():
        together.setdefault(frozenset(its), set()).add(rule)
    return {its: frozenset(rules) for its, rules in together.items()}


def capacity(exceptions: Exceptions) -> int:
    """Return the units that an ACL with these exceptions uses."""
    return _USED + sum(_LABEL * len(rules) + _HOST * len(hosts) for hosts, rules in exceptions.items())
