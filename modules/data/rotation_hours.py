"""Rotation of a database's password: by RDS, in working hours."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from config.models.data.password_rotation import rotation_in
from config.models.environment.environment import Environment


class RotationHours(SecretsmanagerSecretRotation):
    """Moves the weekly rotation of RDS, which else comes at any time, into one hour.

    Deploying it rotates nothing. What the rotation restarts: modules/rollouts/password_restarts.py.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, secret_arn: str) -> None:
        hour = rotation_in(environment.database_hours, environment.databases.password_rotation)
        super().__init__(
            scope,
            id_,
            secret_id=secret_arn,
            rotate_immediately=False,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(schedule_expression=hour.cron, duration="1h"),
        )
