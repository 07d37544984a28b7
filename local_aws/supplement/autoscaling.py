"""moto 5.2.5 keeps instances that were protected from scale-in when their protection ends: groups never drain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import AutoScalingBackend

from local_aws.supplement.patch import wrap


def apply() -> None:
    wrap(AutoScalingBackend, "set_instance_protection", _scale_in_when_it_ends)


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
