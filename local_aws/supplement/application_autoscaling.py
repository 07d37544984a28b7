"""moto 5.2.5 has no tags on scalable targets, which the provider waits for, and keeps a changed policy's old alarms.

Asked for `service/dev/rates-gateway`, it answers with the policies of `service/dev/rates`, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from local_aws.supplement.patch import add, wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(ApplicationAutoScalingResponse, "register_scalable_target", _keep_tags)
    wrap(ApplicationAutoscalingBackend, "put_scaling_policy", _replace_alarms)
    wrap(ApplicationAutoscalingBackend, "describe_scaling_policies", _of_the_resource_alone)
    add(
        ApplicationAutoScalingResponse,
        list_tags_for_resource=_list_tags_for_resource,
        tag_resource=_tag_resource,
        untag_resource=_untag_resource,
    )


def _keep_tags(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    _tags(response, json.loads(answer)["ScalableTargetARN"]).update(response._get_param("Tags", {}))
    return answer


def _replace_alarms(original: Callable[..., Any], backend: Any, **asked: Any) -> Any:
    same = ("service_namespace", "resource_id", "scalable_dimension", "policy_name")
    for policy in backend.policies.values():
        if all(getattr(policy, name) == asked[name] for name in same):
            policy.delete_alarms(backend.account_id, backend.region_name)
    return original(backend, **asked)


def _of_the_resource_alone(original: Callable[..., Any], backend: Any, **asked: Any) -> Any:
    token, policies = original(backend, **asked)
    return token, [policy for policy in policies if asked["resource_id"] in (None, policy.resource_id)]


def _list_tags_for_resource(response: Any) -> str:
    return json.dumps({"Tags": _tags(response, response._get_param("ResourceARN"))})


def _tag_resource(response: Any) -> str:
    _tags(response, response._get_param("ResourceARN")).update(response._get_param("Tags"))
    return "{}"


def _untag_resource(response: Any) -> str:
    for key in response._get_param("TagKeys"):
        _tags(response, response._get_param("ResourceARN")).pop(key, None)
    return "{}"


def _tags(response: Any, arn: str) -> dict[str, str]:
    tags: dict[str, str] = vars(response.applicationautoscaling_backend).setdefault("kept_tags", {}).setdefault(arn, {})
    return tags
