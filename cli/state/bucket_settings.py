"""The settings of a state bucket: what each must say, and what to write where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.aws_errors import code_of, explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OLD_VERSIONS_KEPT_DAYS = 90
NO_PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ENCRYPTIONS = ("AES256", "aws:kms", "aws:kms:dsse")
OLD_VERSIONS = {
    "ID": "forget-old-versions",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_KEPT_DAYS},
    "Expiration": {"ExpiredObjectDeleteMarker": True},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}


@dataclass(frozen=True)
class BucketSetting:
    """One setting of a bucket. `complete` answers what to write, or None where the setting says what it must."""

    words: str
    operation: str
    """As in get_<operation> and put_<operation>."""
    right: str
    """The setting's name in IAM's actions, where it is not the operation's."""
    argument: str
    unset: str
    """The error code for a bucket that has no such setting."""
    complete: Callable[[dict[str, Any]], Any]

    def read(self, s3: S3Client, bucket: str, account_id: str) -> dict[str, Any]:
        """Read what holds now; nothing where it was never set."""
        try:
            found: dict[str, Any] = getattr(s3, f"get_{self.operation}")(Bucket=bucket)
        except ClientError as error:
            if code_of(error) == self.unset:
                return {}
            raise explained(
                error, doing=f"read the settings of {bucket}", right=self._right("Get", bucket), account_id=account_id
            ) from error
        return found

    def write(self, s3: S3Client, bucket: str, account_id: str, value: Any) -> None:
        """Write the setting. Raises CommandError where AWS refuses."""
        try:
            getattr(s3, f"put_{self.operation}")(Bucket=bucket, **{self.argument: value})
        except ClientError as error:
            raise explained(
                error, doing=f"set up {bucket}", right=self._right("Put", bucket), account_id=account_id
            ) from error

    def _right(self, verb: str, bucket: str) -> str:
        return f"s3:{verb}{self.right} on arn:aws:s3:::{bucket}"


def settings_of(bucket: str, tags: dict[str, str]) -> tuple[BucketSetting, ...]:
    """Everything that makes a bucket fit for Terraform's state. What a company has added, or chosen stricter, stays."""
    return (
        BucketSetting(
            "public access is blocked",
            "public_access_block",
            "BucketPublicAccessBlock",
            "PublicAccessBlockConfiguration",
            "NoSuchPublicAccessBlockConfiguration",
            _public_access,
        ),
        BucketSetting(
            "all objects are the bucket owner's",
            "bucket_ownership_controls",
            "BucketOwnershipControls",
            "OwnershipControls",
            "OwnershipControlsNotFoundError",
            _ownership,
        ),
        BucketSetting(
            "versions are kept",
            "bucket_versioning",
            "BucketVersioning",
            "VersioningConfiguration",
            "",
            lambda found: None if found.get("Status") == "Enabled" else {"Status": "Enabled"},
        ),
        BucketSetting(
            "it is encrypted",
            "bucket_encryption",
            "EncryptionConfiguration",
            "ServerSideEncryptionConfiguration",
            "ServerSideEncryptionConfigurationNotFoundError",
            _encryption,
        ),
        BucketSetting(
            f"old versions expire after {OLD_VERSIONS_KEPT_DAYS} days",
            "bucket_lifecycle_configuration",
            "LifecycleConfiguration",
            "LifecycleConfiguration",
            "NoSuchLifecycleConfiguration",
            _lifecycle,
        ),
        BucketSetting(
            "it carries the environment's tags",
            "bucket_tagging",
            "BucketTagging",
            "Tagging",
            "NoSuchTagSet",
            lambda found: _tagging(found, tags),
        ),
        BucketSetting(
            "it answers over TLS alone",
            "bucket_policy",
            "BucketPolicy",
            "Policy",
            "NoSuchBucketPolicy",
            lambda found: _policy(found, bucket),
        ),
    )


def lacking(s3: S3Client, bucket: str, account_id: str, tags: dict[str, str]) -> Iterator[tuple[BucketSetting, Any]]:
    """Yield the settings that do not say what they must, each with the value to write. Only reads."""
    for setting in settings_of(bucket, tags):
        value = setting.complete(setting.read(s3, bucket, account_id))
        if value is not None:
            yield setting, value


def only_over_tls(bucket: str) -> dict[str, Any]:
    """Return the policy statement that refuses requests without TLS."""
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _public_access(found: dict[str, Any]) -> Any:
    wanted = dict.fromkeys(NO_PUBLIC_ACCESS, True)
    return None if found.get("PublicAccessBlockConfiguration") == wanted else wanted


def _ownership(found: dict[str, Any]) -> Any:
    wanted = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    return None if found.get("OwnershipControls") == wanted else wanted


def _encryption(found: dict[str, Any]) -> Any:
    for rule in found.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
        if rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") in ENCRYPTIONS:
            return None
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": ENCRYPTIONS[0]}}]}


def _lifecycle(found: dict[str, Any]) -> Any:
    rules = found.get("Rules", [])
    if OLD_VERSIONS in rules:
        return None
    return {"Rules": [*(rule for rule in rules if rule.get("ID") != OLD_VERSIONS["ID"]), OLD_VERSIONS]}


def _tagging(found: dict[str, Any], tags: dict[str, str]) -> Any:
    there = {tag["Key"]: tag["Value"] for tag in found.get("TagSet", [])}
    if tags.items() <= there.items():
        return None
    kept = {key: value for key, value in there.items() if not key.startswith("aws:")}
    return {"TagSet": [{"Key": key, "Value": value} for key, value in (kept | tags).items()]}


def _policy(found: dict[str, Any], bucket: str) -> Any:
    policy = json.loads(found.get("Policy", '{"Version": "2012-10-17", "Statement": []}'))
    ours = only_over_tls(bucket)
    if ours in policy["Statement"]:
        return None
    others = [statement for statement in policy["Statement"] if statement.get("Sid") != ours["Sid"]]
    return json.dumps(policy | {"Statement": [*others, ours]})
