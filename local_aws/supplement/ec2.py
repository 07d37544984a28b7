"""moto 5.2.5 mixes a launch template's tags with its instances', loses descriptions of rules, keeps interfaces."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule

from local_aws.supplement.patch import wrap, wrap_property


def apply() -> None:
    wrap(LaunchTemplate, "__init__", _leave_its_own_tags_out)
    wrap(Instance, "terminate", _with_its_primary_interface)
    wrap(SecurityGroupRule, "__init__", _keep_prefix_list_description)
    wrap_property(SecurityGroupRule, "description", _description)


def _leave_its_own_tags_out(
    original: Callable[..., Any], template: Any, backend: Any, name: str, data: dict[str, Any], *rest: Any
) -> None:
    given = data.pop("TagSpecifications", [])
    kept = [one for one in given if one["ResourceType"] != "launch-template"]
    original(template, backend, name, data | ({"TagSpecifications": kept} if kept else {}), *rest)


def _with_its_primary_interface(original: Callable[..., Any], instance: Any, *args: Any, **kwargs: Any) -> Any:
    answer = original(instance, *args, **kwargs)
    if primary := instance.nics.get(0):
        instance.ec2_backend.enis.pop(primary.id, None)
    return answer


def _keep_prefix_list_description(original: Callable[..., Any], rule: Any, *args: Any, **kwargs: Any) -> None:
    original(rule, *args, **kwargs)
    given = inspect.signature(original).bind(rule, *args, **kwargs).arguments
    rule.prefix_list_description = (given.get("prefix_list_id") or {}).get("Description")


def _description(original: Callable[[Any], Any], rule: Any) -> Any:
    return original(rule) or rule.source_group.get("Description") or rule.prefix_list_description
