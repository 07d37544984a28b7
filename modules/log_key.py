"""The key that encrypts an environment's logs."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.policy import account_decides, allow_anything, policy


class LogKey(Construct):
    """A rotating KMS key that CloudWatch Logs of this account and region may use, and nobody else.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, account_id: str, region: str) -> None:
        super().__init__(scope, id_)
        document = policy(
            account_decides(account_id),
            allow_anything(
                "LogsOfThisAccount",
                ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                principal={"Service": f"logs.{region}.amazonaws.com"},
                conditions={
                    "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account_id}:log-group:*"}
                },
                reason="In a key policy * is this key.",
            ),
        )
        self.key = KmsKey(
            self,
            "key",
            description=f"Logs of {name}",
            enable_key_rotation=True,
            policy=document,
        )
        KmsAlias(self, "alias", name=f"alias/{name}-logs", target_key_id=self.key.id)
        self.arn = self.key.arn
