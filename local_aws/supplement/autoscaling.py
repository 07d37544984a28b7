"""moto 5.2.5 keeps instances when their protection from scale-in ends, so that groups never drain, and forgets ages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import AutoScalingBackend
from moto.autoscaling.responses import AutoScalingResponse

from local_aws.supplement.patch import wrap


def apply() -> None:
    wrap(AutoScalingBackend, "set_instance_protection", _scale_in_when_it_ends)
    wrap(AutoScalingResponse, "create_auto_scaling_group", _keep_lifetime)
    wrap(AutoScalingResponse, "update_auto_scaling_group", _keep_lifetime)


def _keep_lifetime(original: Callable[[Any], Any], response: Any) -> Any:
    result = original(response)
    asked = response._get_int_param("MaxInstanceLifetime")
    if asked is not None:
        group = response.autoscaling_backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
        group.max_instance_lifetime = asked
    return result


def _scale_in_when_it_ends(
    original: Callable[..., Any],
    backend: Any,
    group_name: str,
    instance_ids: list[str],
    protected_from_scale_in: bool | None,
) -> None:
    original(backend, group_name, instance_ids, protected_from_scale_in)
    if not protected_from_scale_in:
        backend.set_desired_capacity(group_name, backend.autoscaling_groups[group_name].desired_capacity)
