"""moto 5.2.5 has no tags on scalable targets: the provider asks for them and waits until it times out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.utilities.tagging_service import TaggingService

from local_aws.supplement.patch import add, wrap


def apply() -> None:
    wrap(ApplicationAutoscalingBackend, "__init__", _with_tags)
    wrap(ApplicationAutoScalingResponse, "register_scalable_target", _keep_tags)
    add(ApplicationAutoScalingResponse, list_tags_for_resource, tag_resource, untag_resource)


def _with_tags(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> None:
    original(backend, *args, **kwargs)
    backend.tagger = TaggingService()


def _keep_tags(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    _tag(response, json.loads(answer)["ScalableTargetARN"])
    return answer


def list_tags_for_resource(response: Any) -> str:
    tagger = response.applicationautoscaling_backend.tagger
    return json.dumps({"Tags": tagger.get_tag_dict_for_resource(response._get_param("ResourceARN"))})


def tag_resource(response: Any) -> str:
    _tag(response, response._get_param("ResourceARN"))
    return "{}"


def untag_resource(response: Any) -> str:
    tagger = response.applicationautoscaling_backend.tagger
    tagger.untag_resource_using_names(response._get_param("ResourceARN"), response._get_param("TagKeys"))
    return "{}"


def _tag(response: Any, arn: str) -> None:
    tagger = response.applicationautoscaling_backend.tagger
    tagger.tag_resource(arn, tagger.convert_dict_to_tags_input(response._get_param("Tags")))
