"""moto 5.2.5 drops a queue's policy with any other change, reformats its redrive policy, loses who may redrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue

from local_aws.supplement.patch import wrap, wrap_property


def apply() -> None:
    """Apply the patches of this file to moto."""
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    Queue.redrive_allow_policy = None
    wrap(Queue, "_set_attributes", _leave_the_policy_alone)
    wrap_property(Queue, "attributes", _as_given)


def _leave_the_policy_alone(original: Callable[..., Any], queue: Any, attributes: dict[str, Any], *rest: Any) -> None:
    original(queue, {"Policy": getattr(queue, "policy", None)} | attributes, *rest)


def _as_given(original: Callable[[Any], Any], queue: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = original(queue)
    if queue.redrive_policy:
        attributes["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    return {name: value for name, value in attributes.items() if value not in (None, "")}
