"""moto 5.2.5 never drains a group once protected from scale-in, refreshes none, and forgets how they are replaced.

It forgets how instances spread over zones, too, and how long they warm up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import AutoScalingBackend
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add, wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(AutoScalingBackend, "set_instance_protection", _scale_in_when_it_ends)
    add(
        AutoScalingResponse,
        start_instance_refresh=_start_instance_refresh,
        describe_instance_refreshes=_describe_instance_refreshes,
    )
    wrap(AutoScalingResponse, "create_auto_scaling_group", _keep_how_instances_are_replaced)
    wrap(AutoScalingResponse, "update_auto_scaling_group", _keep_how_instances_are_replaced)


def _keep_how_instances_are_replaced(original: Callable[[Any], Any], response: Any) -> Any:
    result = original(response)
    group = response.autoscaling_backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
    if (asked := response._get_int_param("MaxInstanceLifetime")) is not None:
        group.max_instance_lifetime = asked
    if (asked := response._get_int_param("DefaultInstanceWarmup")) is not None:
        group.default_instance_warmup = asked
    if distribution := response._get_param("AvailabilityZoneDistribution"):
        group.availability_zone_distribution = dict(distribution)
    if policy := response._get_param("InstanceMaintenancePolicy"):
        # Minus one for both takes the policy away.
        # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html
        kept = {name: int(percentage) for name, percentage in policy.items()}
        group.instance_maintenance_policy = None if set(kept.values()) == {-1} else kept
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


def _start_instance_refresh(response: Any) -> ActionResult:
    """Finish the refresh at once; the instances, which do nothing here, stay."""
    group = response.autoscaling_backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
    refresh = {
        "InstanceRefreshId": str(mock_random.uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Successful",
        "PercentageComplete": 100,
        "StartTime": utcnow(),
        "EndTime": utcnow(),
    }
    vars(group).setdefault("instance_refreshes", []).insert(0, refresh)
    return ActionResult(refresh)


def _describe_instance_refreshes(response: Any) -> ActionResult:
    group = response.autoscaling_backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
    wanted = response._get_param("InstanceRefreshIds") or []
    kept = vars(group).get("instance_refreshes", [])
    return ActionResult(
        {"InstanceRefreshes": [one for one in kept if not wanted or one["InstanceRefreshId"] in wanted]}
    )
