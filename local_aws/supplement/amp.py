"""Amazon Managed Service for Prometheus for moto 5.2.5, which forgets the key of a workspace.

Terraform would take that for another key, and make the workspace anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.amp.models import Workspace
from moto.amp.responses import PrometheusServiceResponse

from local_aws.supplement.patch import wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(PrometheusServiceResponse, "create_workspace", _create)
    wrap(Workspace, "to_dict", _with_key)


def _create(original: Callable[..., str], response: Any) -> str:
    made: dict[str, Any] = json.loads(original(response))
    if key := json.loads(response.body).get("kmsKeyArn"):
        response.amp_backend.describe_workspace(made["workspaceId"]).kms_key_arn = made["kmsKeyArn"] = key
    return json.dumps(made)


def _with_key(original: Callable[..., dict[str, Any]], workspace: Any) -> dict[str, Any]:
    key = getattr(workspace, "kms_key_arn", None)
    return original(workspace) | ({"kmsKeyArn": key} if key else {})
