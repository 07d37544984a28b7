"""moto 5.2.5 will not end the rotation of a secret that another service manages: it wants the Lambda function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend

from local_aws.supplement.patch import wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(SecretsManagerBackend, "cancel_rotate_secret", _without_a_function_if_managed)


def _without_a_function_if_managed(original: Callable[..., Any], backend: Any, secret_id: str) -> Any:
    secret = backend.secrets.get(secret_id)
    if secret is None or not secret.owning_service:
        return original(backend, secret_id)
    secret.rotation_enabled = False
    return secret.to_short_dict()
