"""moto 5.2.5 loses the description of firewall rules from groups and prefix lists, and changes rules by halves."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from local_aws.supplement.patch import wrap, wrap_property

_ALL_PROTOCOLS = "-1"


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(SecurityGroupRule, "__init__", _keep_prefix_list_description)
    wrap_property(SecurityGroupRule, "description", _description)
    wrap(SecurityGroupBackend, "modify_security_group_rules", _modify)


def _keep_prefix_list_description(original: Callable[..., Any], rule: Any, *args: Any, **kwargs: Any) -> None:
    original(rule, *args, **kwargs)
    given = inspect.signature(original).bind(rule, *args, **kwargs).arguments
    rule.prefix_list_description = (given.get("prefix_list_id") or {}).get("Description")


def _description(original: Callable[[Any], Any], rule: Any) -> Any:
    return original(rule) or rule.source_group.get("Description") or rule.prefix_list_description


def _modify(original: Callable[..., Any], backend: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    for wanted in rules.values():
        if wanted.get("IpProtocol") == _ALL_PROTOCOLS:  # which has no ports, though moto insists on them
            wanted |= {"FromPort": wanted.get("FromPort", -1), "ToPort": wanted.get("ToPort", -1)}
    original(backend, group_id, rules)
    group = backend.get_security_group_by_name_or_id(group_id)
    for id_, wanted in rules.items():
        _complete(group.get_rule(id_), wanted)


def _complete(rule: Any, wanted: dict[str, Any]) -> None:
    description = {"Description": wanted["Description"]} if wanted.get("Description") else {}
    ranges = {"CidrIp": wanted.get("CidrIpv4"), "CidrIpv6": wanted.get("CidrIpv6")}
    given = {name: value for name, value in ranges.items() if value}
    rule.ip_range = given | description if given else {}
    rule.source_group = {}
    if wanted.get("ReferencedGroupId"):
        rule.source_group = {"GroupId": wanted["ReferencedGroupId"], **description}
    rule.prefix_list_id = wanted.get("PrefixListId")
    rule.prefix_list_description = wanted.get("Description")
    if wanted["IpProtocol"] == _ALL_PROTOCOLS:
        rule.from_port = rule.to_port = None
