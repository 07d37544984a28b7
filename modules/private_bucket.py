"""A bucket's walls, which every bucket of the platform has: its owner's objects alone, nothing public, TLS alone."""

from __future__ import annotations

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from constructs import Construct

ABORT_UPLOADS_AFTER_DAYS = 7


def close_to_the_public(scope: Construct, bucket: S3Bucket) -> TerraformResource:
    """Let no object be another account's and none be public; the bucket's policy comes after what is returned.

    S3 refuses two changes of one bucket's permissions at once.
    """
    S3BucketOwnershipControls(
        scope,
        "ownership",
        bucket=bucket.id,
        rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
    )
    return S3BucketPublicAccessBlock(
        scope,
        "closed",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
