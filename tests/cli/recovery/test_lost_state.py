"""Which states are lost, by what the bucket still has of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from cli.recovery.lost_state import lost_states

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "acme-dev-terraform-state"
KEY = "dev/network.tfstate"
VPC = {"mode": "managed", "type": "aws_vpc", "name": "vpc", "instances": [{"attributes": {"id": "vpc-1"}}]}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def write(s3: S3Client, serial: int, *resources: object, key: str = KEY) -> None:
    body = json.dumps({"serial": serial, "lineage": "a", "resources": list(resources)})
    s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())


def test_the_last_version_is_restored_as_it_was(s3: S3Client) -> None:
    write(s3, 1)
    write(s3, 2, VPC)
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    (lost,) = lost_states(s3, BUCKET, "dev")
    assert f"{KEY}: the state is gone from {BUCKET}, and its last version, of " in str(lost)
    assert "UTC, has 1 resources" in str(lost)
    lost.restore(s3)
    assert json.loads(s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read())["serial"] == 2
    assert not list(lost_states(s3, BUCKET, "dev"))


def test_what_a_destroy_has_emptied_and_what_is_there_or_elsewhere_is_not_lost(s3: S3Client) -> None:
    write(s3, 1, VPC)
    write(s3, 2)
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    write(s3, 1, VPC, key="dev/edge.tfstate")
    write(s3, 1, VPC, key="prod/edge.tfstate")
    s3.delete_object(Bucket=BUCKET, Key="prod/edge.tfstate")
    write(s3, 1, VPC, key="dev/network.applied")
    s3.delete_object(Bucket=BUCKET, Key="dev/network.applied")
    assert not list(lost_states(s3, BUCKET, "dev"))
