"""An S3 bucket that belongs to one service."""

from __future__ import annotations

from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.aws.buckets import Bucket as Settings
from config.models.service.aws.short_forms import grants
from config.models.service.aws.storage import bucket_variable
from modules.checkov import skip
from modules.encryption_key import EncryptionKey
from modules.policy import allow, as_written, only_tls, policy
from modules.private_bucket import ABORT_UPLOADS_AFTER_DAYS, close_to_the_public

SKIPPED = {
    "CKV_AWS_18": "Who read what is in CloudTrail, where data events are switched on; a second bucket each costs more.",
    "CKV_AWS_144": "A copy in another region is for the service to ask for.",
    "CKV2_AWS_62": "The service asks for what it put there itself.",
}


class Bucket(Construct):
    """Encrypted by the environment's key, private, by TLS alone; its objects outlive the service.

    Exposes `variables` for the tasks that use it and the `statements` of their role.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        environment: Environment,
        encryption_key: EncryptionKey,
        settings: Settings,
    ) -> None:
        super().__init__(scope, id_)
        self._environment, self._data_key = environment, encryption_key
        protected = settings.is_protected(environment.deletion_protection)
        self.bucket = S3Bucket(
            self,
            "bucket",
            bucket=environment.bucket(f"{service}-{name}"),
            force_destroy=not protected,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if protected else None,
        )
        for check, reason in SKIPPED.items():
            skip(self.bucket, check, reason)
        if not settings.versioning:
            skip(self.bucket, "CKV_AWS_21", "versioning: false in the service's file")
        by_key = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms", kms_master_key_id=encryption_key.arn
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=by_key,
                    bucket_key_enabled=True,  # one call of KMS for many objects
                )
            ],
        )
        versions = S3BucketVersioningA(
            self,
            "versions",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(
                status="Enabled" if settings.versioning else "Suspended"
            ),
        )
        S3BucketLifecycleConfiguration(
            self, "expiry", bucket=self.bucket.id, rule=[_rule(settings)], depends_on=[versions]
        )
        S3BucketPolicy(
            self,
            "policy",
            bucket=self.bucket.id,
            policy=policy(only_tls("s3", [self.bucket.arn, f"{self.bucket.arn}/*"])),
            depends_on=[close_to_the_public(self, self.bucket)],
        )
        self.variables = {bucket_variable(name): self.bucket.id}

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Return what a service may do with its bucket: read, write and delete objects, by this key alone."""
        environment, arn = self._environment, self.bucket.arn
        through: dict[str, dict[str, Any]] = {
            "StringEquals": {"kms:ViaService": f"s3.{environment.region}.amazonaws.com"},
            # With a bucket key the context is the bucket, of an object from before it the object.
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-changes
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
        }
        its = grants("s3", "bucket", "read-write", region=environment.region, account=environment.account_id)
        return [
            *(as_written(g.actions, [r.replace("arn:aws:s3:::bucket", arn) for r in g.resources]) for g in its),
            allow(["kms:Decrypt", "kms:GenerateDataKey"], [self._data_key.arn], through),
        ]


def _rule(settings: Settings) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id="keep",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
            )
        ],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=settings.expire_days)]
        if settings.expire_days
        else None,
        transition=[
            S3BucketLifecycleConfigurationRuleTransition(days=settings.infrequent_days, storage_class="STANDARD_IA")
        ]
        if settings.infrequent_days
        else None,
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=settings.old_versions_days)
        ]
        if settings.versioning
        else None,
    )
