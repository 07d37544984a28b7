"""An encrypted bucket for logs that AWS delivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from constructs import Construct

from modules.checkov import skip
from modules.policy import only_tls, policy
from modules.private_bucket import ABORT_UPLOADS_AFTER_DAYS, close_to_the_public

SKIPPED = {
    "CKV_AWS_18": "The log of who read the log would be a log in want of the same.",
    "CKV_AWS_21": "A log file is written once; a second version could only keep what has to expire.",
    "CKV_AWS_144": "A log of one region is of no use in another region.",
    "CKV2_AWS_62": "Nothing waits for a log file.",
}


def log_bucket(
    scope: Construct,
    *,
    name: str,
    days: int,
    force_destroy: bool,
    delivery: Callable[[str], Sequence[dict[str, Any]]],
    unencrypted_by_kms: str,
) -> S3BucketPolicy:
    """Make a closed bucket in this scope that forgets after some days, and return its policy.

    `delivery` makes of the bucket's ARN the statements that let AWS write; `unencrypted_by_kms` says why the bucket has
    no key of ours.
    """
    bucket = S3Bucket(scope, "bucket", bucket=name, force_destroy=force_destroy)
    for check, reason in {**SKIPPED, "CKV_AWS_145": unencrypted_by_kms}.items():
        skip(bucket, check, reason)
    S3BucketServerSideEncryptionConfigurationA(
        scope,
        "encryption",
        bucket=bucket.id,
        rule=[
            S3BucketServerSideEncryptionConfigurationRuleA(
                apply_server_side_encryption_by_default=(
                    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="AES256"
                    )
                )
            )
        ],
    )
    S3BucketLifecycleConfiguration(
        scope,
        "expiry",
        bucket=bucket.id,
        rule=[
            S3BucketLifecycleConfigurationRule(
                id="expire",
                status="Enabled",
                filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
                abort_incomplete_multipart_upload=[
                    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                        days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
                    )
                ],
            )
        ],
    )
    return S3BucketPolicy(
        scope,
        "permission",
        bucket=bucket.id,
        policy=policy(*delivery(bucket.arn), only_tls("s3", [bucket.arn, f"{bucket.arn}/*"])),
        depends_on=[close_to_the_public(scope, bucket)],
    )
