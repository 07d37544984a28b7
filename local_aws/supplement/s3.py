"""moto 5.2.5 applies a bucket policy's Deny without its Condition: `Deny unless TLS` denies everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from moto.s3.models import FakeBucket

from local_aws.supplement.patch import wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(FakeBucket, "get_permission", _judge_unconditional_statements)


def _judge_unconditional_statements(original: Callable[..., Any], bucket: Any, action: str, resource: str) -> Any:
    """Leave conditional statements out: whether their condition holds is not known here.

    A conditional Deny then never denies and a conditional Allow allows nobody, as for an owner who keeps to
    the conditions.
    """
    if bucket.policy is None:
        return original(bucket, action, resource)
    policy = json.loads(bucket.policy)
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    unconditional = [statement for statement in statements if not statement.get("Condition")]
    judged = SimpleNamespace(policy=json.dumps(policy | {"Statement": unconditional}).encode())
    return original(judged, action, resource)
