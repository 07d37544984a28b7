"""The right to read one secret that is encrypted by a key of ours."""

from __future__ import annotations

from typing import Any

from modules.policy import allow


def read_secret(secret_arn: str, *, key_arn: str, region: str) -> tuple[dict[str, Any], ...]:
    """To read its value, and to use the key for that and for nothing else.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    through = {
        "kms:EncryptionContext:SecretARN": secret_arn,
        "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
    }
    return (
        allow(["secretsmanager:GetSecretValue"], [secret_arn]),
        allow(["kms:Decrypt"], [key_arn], {"StringEquals": through}),
    )
