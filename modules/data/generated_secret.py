"""A password that AWS makes up and nobody has to type, write down or commit."""

from __future__ import annotations

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.data.secret_policy import read_secret
from modules.encryption_key import EncryptionKey
from modules.policy import policy
from modules.text import Expression

LENGTH = 40
EPHEMERAL = "aws_secretsmanager_random_password"


class GeneratedSecret(Construct):
    """A password that AWS makes up; `arn` is its secret's. A greater `version` makes up another one.

    With a `username` the secret is JSON with both, as that of RDS is. Exposes `value` too, the version.

    The value goes from Secrets Manager to Secrets Manager: an ephemeral resource and a write-only argument are in no
    plan and no state.

    https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        encryption_key: EncryptionKey,
        description: str,
        version: int,
        username: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._region, self._data_key = environment.region, encryption_key
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=name,
            description=description,
            kms_key_id=encryption_key.arn,
            # Gone at once with its stack, or the name could not be used again for a week.
            recovery_window_in_days=0,
        )
        skip(secret, "CKV2_AWS_57", "It is read when a task starts: a new one comes with a new version.")
        # cdktf 0.21 has no class for ephemeral resources.
        TerraformStack.of(self).add_override(
            f"ephemeral.{EPHEMERAL}.{secret.friendly_unique_id}",
            {"password_length": LENGTH, "exclude_punctuation": True},
        )
        password = f"ephemeral.{EPHEMERAL}.{secret.friendly_unique_id}.random_password"
        login = f'jsonencode({{username = "{username}", password = {password}}})'
        self.value = SecretsmanagerSecretVersion(
            self,
            "value",
            secret_id=secret.id,
            secret_string_wo=Expression(f"${{{login if username else password}}}"),
            secret_string_wo_version=version,
        )
        self.arn = self.value.secret_id  # and so only once there is a value

    def grant_read(self, role: IamRole) -> IamRolePolicy:
        """Let a role of the same stack read this value and no other."""
        return IamRolePolicy(
            self,
            "read",
            role=role.id,
            name="read-generated-secret",
            policy=policy(*read_secret(self.arn, key_arn=self._data_key.arn, region=self._region)),
        )
