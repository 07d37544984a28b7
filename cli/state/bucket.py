"""The S3 bucket of an environment's Terraform state, and the state objects in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.aws_errors import code_of, explained
from cli.errors import CommandError
from cli.state.bucket_settings import lacking
from cli.state.s3_object import ABSENT, read_object
from cli.state.state_file import SUFFIX, StateFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType

RECORD_SUFFIX = ".applied"
"""Of the object beside a state that says whether its last deploy ended well: applied_record.py."""
MOST_AT_A_TIME = 8
"""Questions to S3: each takes tens of milliseconds, and most of them are spent waiting."""
FOREIGN = (301, 403)
"""HeadBucket's answers for a bucket in another region, and for one that is not ours or closed to us.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""

_LOOKING = "s3:ListBucket on arn:aws:s3:::{bucket}"
_ANOTHER_NAME = (
    "choose another `organization:` in environments/shared.yaml, or name the bucket as `state.bucket:` in the "
    "environment's file"
)


@dataclass(frozen=True)
class MadeBucket:
    """The result of `make_bucket`."""

    created: bool
    written: tuple[str, ...]
    """The settings that it wrote, in words."""


def bucket_exists(s3: S3Client, bucket: str, *, account_id: str | None = None, region: str | None = None) -> bool:
    """Say whether it is there. One of another account, or in another region than asked for, is refused."""
    owner: Any = {"ExpectedBucketOwner": account_id} if account_id else {}
    try:
        found = s3.head_bucket(Bucket=bucket, **owner)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code_of(error) in ABSENT:
            return False
        if status in FOREIGN:
            raise _foreign(s3, bucket, error) from error
        raise explained(
            error, doing=f"look for {bucket}", right=_LOOKING.format(bucket=bucket), account_id=account_id or "?"
        ) from error
    there = found.get("BucketRegion")
    if region and there and there != region:
        raise CommandError(f"the state bucket {bucket} is in {there}, not in {region}", fix=_ANOTHER_NAME)
    return True


def make_bucket(s3: S3Client, bucket: str, *, account_id: str, region: str, tags: dict[str, str]) -> MadeBucket:
    """Create the bucket where it is missing, and write those of its settings that do not say what they must."""
    created = not bucket_exists(s3, bucket, account_id=account_id, region=region)
    if created:
        _create(s3, bucket, account_id, region)
    written = []
    for setting, value in lacking(s3, bucket, account_id, tags):
        setting.write(s3, bucket, account_id, value)
        written.append(setting.words)
    return MadeBucket(created, tuple(written))


def _create(s3: S3Client, bucket: str, account_id: str, region: str) -> None:
    constraint: BucketLocationConstraintType = region  # type: ignore[assignment]
    try:
        if region == "us-east-1":  # the one region that S3 does not want named
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": constraint})
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise _foreign(s3, bucket, error) from error
        right = f"s3:CreateBucket on arn:aws:s3:::{bucket}"
        raise explained(error, doing=f"make {bucket}", right=right, account_id=account_id) from error


def _foreign(s3: S3Client, bucket: str, error: ClientError) -> CommandError:
    """Somebody else's bucket, or one that is ours and closed to whoever asks: S3 answers both alike."""
    try:
        ours = any(each["Name"] == bucket for each in s3.list_buckets().get("Buckets", []))
    except ClientError:
        return CommandError(
            f"the bucket {bucket} exists, and is closed to you: {error}\n"
            f"  if it is not yours: {_ANOTHER_NAME}\n"
            f"  if it is: let somebody with the right allow your role in IAM: {_LOOKING.format(bucket=bucket)}"
        )
    if ours:
        return explained(error, doing=f"look into {bucket}", right=_LOOKING.format(bucket=bucket), account_id="")
    return CommandError(
        f"the bucket {bucket} belongs to another AWS account: names of buckets are unique in the world",
        fix=_ANOTHER_NAME,
    )


def read_state(s3: S3Client, bucket: str, key: str) -> StateFile | None:
    """One state, if it is there."""
    body = read_object(s3, bucket, key)
    return None if body is None else StateFile(key=key, content=json.loads(body))


def state_files(s3: S3Client, bucket: str, environment: str) -> Iterator[StateFile]:
    """Every state object of the environment."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{environment}/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", []) if entry["Key"].endswith(SUFFIX)]
    with ThreadPoolExecutor(MOST_AT_A_TIME) as pool:
        found = list(pool.map(lambda key: read_state(s3, bucket, key), keys))
    yield from (state for state in found if state)


def forget_empty(s3: S3Client, bucket: str, environment: str) -> list[str]:
    """Remove the state objects that describe nothing any more; versioning keeps what they were."""
    empty = [state.key for state in state_files(s3, bucket, environment) if state.resources == 0]
    for key in empty:
        s3.delete_object(Bucket=bucket, Key=key)
        s3.delete_object(Bucket=bucket, Key=f"{key.removesuffix(SUFFIX)}{RECORD_SUFFIX}")
    return empty
