"""The key that encrypts an environment's databases, their passwords, and its disks."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.policy import account_decides, policy

DELETION_WINDOW_DAYS = 30  # the longest: whoever deletes the environment has as long to find out what was lost


class EncryptionKey(Construct):
    """A rotating KMS key. It outlives every database and disk, or their last snapshots could not be read any more."""

    def __init__(self, scope: Construct, id_: str, *, name: str, account_id: str) -> None:
        super().__init__(scope, id_)
        self.key = KmsKey(
            self,
            "key",
            description=f"Databases and disks of {name}",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=policy(account_decides(account_id)),
        )
        KmsAlias(self, "alias", name=f"alias/{name}-data", target_key_id=self.key.id)
        self.arn = self.key.arn
