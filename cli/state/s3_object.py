"""Reading one object of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.aws_errors import code_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "404"})


def read_object(s3: S3Client, bucket: str, key: str) -> bytes | None:
    """Return what is in the object, or None where there is no such object or no such bucket."""
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) in ABSENT:
            return None
        raise
