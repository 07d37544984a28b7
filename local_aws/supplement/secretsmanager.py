"""moto 5.2.5 knows rotation by a Lambda function only: let RDS rotate the secret that it manages, and stop doing so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from local_aws.supplement.patch import wrap

PASSWORD_BYTES = 16


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(SecretsManagerBackend, "rotate_secret", _by_its_owner_if_managed)
    wrap(SecretsManagerBackend, "cancel_rotate_secret", _without_a_function_if_managed)
    wrap(FakeSecret, "to_dict", _with_its_rules)


def _by_its_owner_if_managed(
    original: Callable[..., Any],
    backend: Any,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> Any:
    secret = backend.secrets.get(secret_id)
    if secret is None or not secret.owning_service:
        return original(
            backend, secret_id, client_request_token, rotation_lambda_arn, rotation_rules, rotate_immediately
        )
    secret.rotation_requested = secret.rotation_enabled = True
    if rotation_rules:
        secret.managed_rules = rotation_rules
    if rotate_immediately:
        changed = json.loads(secret.secret_string) | {"password": mock_random.get_random_hex(2 * PASSWORD_BYTES)}
        backend.put_secret_value(secret_id, json.dumps(changed), None, client_request_token, ["AWSCURRENT"])
        secret.last_rotation_date = time.time()
    return secret.to_short_dict()


def _without_a_function_if_managed(original: Callable[..., Any], backend: Any, secret_id: str) -> Any:
    secret = backend.secrets.get(secret_id)
    if secret is None or not secret.owning_service:
        return original(backend, secret_id)
    secret.rotation_enabled = False
    return secret.to_short_dict()


def _with_its_rules(original: Callable[..., Any], secret: Any) -> dict[str, Any]:
    told: dict[str, Any] = original(secret)
    if rules := vars(secret).get("managed_rules"):
        told["RotationRules"] = rules
        told.pop("RotationLambdaARN", None)
    return told
