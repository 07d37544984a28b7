"""The S3 bucket of an environment's Terraform state, and the state objects in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType

OLD_VERSIONS_KEPT_DAYS = 90
SUFFIX = ".tfstate"


@dataclass(frozen=True)
class StateFile:
    """One stack's state as Terraform wrote it."""

    key: str
    content: dict[str, Any]

    @property
    def stack(self) -> str:
        """The stack's name within its environment."""
        return self.key.rpartition("/")[2].removesuffix(SUFFIX)

    def data_names(self, kind: str) -> list[str]:
        """The names of its data sources of one type."""
        found = self.content.get("resources", [])
        return [entry["name"] for entry in found if entry["mode"] == "data" and entry["type"] == kind]

    @property
    def protected(self) -> list[str]:
        """The resources that AWS refuses to delete."""
        flags = ("deletion_protection", "enable_deletion_protection")
        return [
            f"{resource['type']} {resource['name']}"
            for resource in self.content.get("resources", [])
            for instance in resource["instances"]
            if any(instance["attributes"].get(flag) is True for flag in flags)
        ]

    @property
    def resources(self) -> int:
        return sum(
            len(resource["instances"])
            for resource in self.content.get("resources", [])
            if resource["mode"] == "managed"
        )


def bucket_exists(s3: S3Client, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def make_bucket(s3: S3Client, bucket: str, *, region: str, tags: dict[str, str]) -> bool:
    """Create the bucket where it is missing, and give it its settings. Whether it had to be created."""
    created = not bucket_exists(s3, bucket)
    if created and region == "us-east-1":  # the one region that S3 does not want named
        s3.create_bucket(Bucket=bucket)
    elif created:
        constraint: BucketLocationConstraintType = region  # type: ignore[assignment]
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": constraint})
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "forget-old-versions",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_KEPT_DAYS},
                    "Expiration": {"ExpiredObjectDeleteMarker": True},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    s3.put_bucket_tagging(
        Bucket=bucket, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(only_over_tls(bucket)))
    return created


def only_over_tls(bucket: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def state_files(s3: S3Client, bucket: str, environment: str) -> Iterator[StateFile]:
    """Every state object of the environment."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{environment}/"):
        for entry in page.get("Contents", []):
            if entry["Key"].endswith(SUFFIX):
                body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                yield StateFile(key=entry["Key"], content=json.loads(body))


def forget_empty(s3: S3Client, bucket: str, environment: str) -> list[str]:
    """Remove the state objects that describe nothing any more; versioning keeps what they were."""
    empty = [state.key for state in state_files(s3, bucket, environment) if state.resources == 0]
    for key in empty:
        s3.delete_object(Bucket=bucket, Key=key)
    return empty
