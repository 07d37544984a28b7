"""moto 5.2.5 mixes a launch template's tags with its instances', and keeps the interfaces of what is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import InvalidLaunchTemplateIdNotFound
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend

from local_aws.supplement.patch import wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(LaunchTemplate, "__init__", _leave_its_own_tags_out)
    # moto sets them once; later changes go elsewhere.
    LaunchTemplate.tags = property(LaunchTemplate.get_tags, lambda _template, _tags: None)
    wrap(LaunchTemplateBackend, "delete_launch_template", _say_if_it_is_gone)
    wrap(Instance, "terminate", _with_its_primary_interface)
    wrap(NatGatewayBackend, "delete_nat_gateway", _with_its_interface)


def _leave_its_own_tags_out(
    original: Callable[..., Any], template: Any, backend: Any, name: str, data: dict[str, Any], *rest: Any
) -> None:
    given = data.pop("TagSpecifications", [])
    kept = [one for one in given if one["ResourceType"] != "launch-template"]
    original(template, backend, name, data | ({"TagSpecifications": kept} if kept else {}), *rest)


def _say_if_it_is_gone(original: Callable[..., Any], backend: Any, name: str | None, id_: str | None) -> Any:
    # With this code the provider takes a deletion whose answer it has missed, and repeats, for done.
    if id_ and id_ not in backend.launch_templates:
        raise InvalidLaunchTemplateIdNotFound(id_)
    return original(backend, name, id_)


def _with_its_primary_interface(original: Callable[..., Any], instance: Any, *args: Any, **kwargs: Any) -> Any:
    answer = original(instance, *args, **kwargs)
    if primary := instance.nics.get(0):
        instance.ec2_backend.enis.pop(primary.id, None)
    return answer


def _with_its_interface(original: Callable[..., Any], backend: Any, nat_gateway_id: str) -> Any:
    gateway = original(backend, nat_gateway_id)
    backend.enis.pop(gateway._eni.id, None)
    return gateway
