"""A bucket policy denies whom it should, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise

ONLY_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def _bucket_that_denies(aws: Aws, **condition: object) -> None:
    aws("s3").create_bucket(Bucket=aws.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    resources = [f"arn:aws:s3:::{aws.name}", f"arn:aws:s3:::{aws.name}/*"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, **condition}
    aws("s3").put_bucket_policy(Bucket=aws.name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))


def test_deny_unless_tls_lets_the_owner_in(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _bucket_that_denies(aws, Condition=ONLY_TLS)
        aws("s3").put_object(Bucket=aws.name, Key="a", Body=b"b")
        assert aws("s3").get_object(Bucket=aws.name, Key="a")["Body"].read() == b"b"


def test_an_unconditional_deny_still_denies(aws: Aws) -> None:
    _bucket_that_denies(aws)
    with pytest.raises(ClientError, match="403"):
        aws("s3").put_object(Bucket=aws.name, Key="a", Body=b"b")


def test_a_held_state_lock_is_refused_to_others(aws: Aws) -> None:
    _bucket_that_denies(aws, Condition=ONLY_TLS)
    aws("s3").put_object(Bucket=aws.name, Key="a.tflock", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        aws("s3").put_object(Bucket=aws.name, Key="a.tflock", Body=b"second", IfNoneMatch="*")
