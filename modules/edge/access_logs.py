"""The record of every request that reached the load balancer."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from constructs import Construct

from config.models.environment.environment import Environment
from modules.bucket_policy import only_tls
from modules.checkov import skip
from modules.policy import allow, policy

ABORT_UPLOADS_AFTER_DAYS = 7

SKIPPED = {
    "CKV_AWS_18": "The log of who read the log would be a log in want of the same.",
    "CKV_AWS_21": "A log file is written once; a second version could only keep what has to expire.",
    "CKV_AWS_144": "A log of one region's load balancer is of no use in another region.",
    "CKV_AWS_145": "The load balancer writes to SSE-S3 alone: https://docs.aws.amazon.com/elasticloadbalancing/"
    "latest/application/enable-access-logging.html",
    "CKV2_AWS_62": "Nothing waits for a log file.",
}


class AccessLogs(Construct):
    """An encrypted bucket that the load balancers of this account may write to, and that forgets in time.

    `bucket` is known once they may. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, settings: Environment) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(self, "bucket", bucket=name, force_destroy=not settings.deletion_protection)
        for check, reason in SKIPPED.items():
            skip(bucket, check, reason)
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
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
        closed = S3BucketPublicAccessBlock(
            self,
            "closed",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketLifecycleConfiguration(
            self,
            "expiry",
            bucket=bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=settings.edge.log_retention_days)],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
                        )
                    ],
                )
            ],
        )
        permission = S3BucketPolicy(
            self,
            "permission",
            bucket=bucket.id,
            policy=_bucket_policy(bucket.arn, settings.account_id),
            depends_on=[closed],  # S3 refuses two changes of one bucket's permissions at once
        )
        self.bucket = permission.bucket


def _bucket_policy(arn: str, account_id: str) -> str:
    # One principal for every region, the old ones included: the account per region is the legacy form. The account
    # in the path is the load balancer's own, put there by AWS, so no other account's can write here; a condition on
    # aws:SourceArn is not in AWS's policy, and where the request carries none it would refuse every log.
    delivery = {
        "Sid": "LoadBalancersOfThisAccount",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        **allow(["s3:PutObject"], [f"{arn}/AWSLogs/{account_id}/*"]),
    }
    return policy(delivery, only_tls(arn))
