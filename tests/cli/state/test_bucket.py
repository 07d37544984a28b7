"""The bucket of the state: whose it is, what it must be, and that nothing is written twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from cli.errors import CommandError
from cli.state.bucket import MadeBucket, bucket_exists, make_bucket
from cli.state.bucket_settings import lacking, only_over_tls, settings_of
from local_aws.endpoint import ACCOUNT, Endpoint

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET, REGION, OTHER = "acme-dev-terraform-state", "eu-west-1", "210987654321"
TAGS = {"groundwork:environment": "dev", "owner": "platform"}
NAME_IT = (
    "  fix: choose another `organization:` in environments/shared.yaml, or name the bucket as `state.bucket:` in the "
    "environment's file"
)


@pytest.fixture
def client(endpoint: Endpoint) -> Callable[[str], S3Client]:
    """S3 as an account sees it, where nothing is yet."""
    endpoint.request("POST", "/moto-api/reset")

    def s3_of(account_id: str) -> S3Client:
        key = endpoint.environment({}, account_id=account_id)["AWS_ACCESS_KEY_ID"]
        session = boto3.Session(key, "test", region_name=REGION)
        return session.client("s3", endpoint_url=endpoint.url, config=Config(s3={"addressing_style": "path"}))

    return s3_of


@pytest.fixture
def s3(client: Callable[[str], S3Client]) -> S3Client:
    return client(ACCOUNT)


def make(s3: S3Client, account_id: str = ACCOUNT) -> MadeBucket:
    return make_bucket(s3, BUCKET, account_id=account_id, region=REGION, tags=TAGS)


def calls_of(s3: S3Client) -> list[str]:
    """The operations that this client asks for from here on."""
    made: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: made.append(model.name))
    return made


def test_it_is_versioned_encrypted_closed_tagged_and_forgets_old_versions(s3: S3Client) -> None:
    assert make(s3) == MadeBucket(True, tuple(setting.words for setting in settings_of(BUCKET, TAGS)))
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (owner,) = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    (encryption,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]} == TAGS


def test_made_again_nothing_is_written(s3: S3Client) -> None:
    make(s3)
    calls = calls_of(s3)
    assert make(s3) == MadeBucket(False, ())
    assert len(calls) == 1 + len(settings_of(BUCKET, TAGS))
    assert not [call for call in calls if not call.startswith(("Get", "Head"))]


REMOVALS: dict[str, Callable[[S3Client], Any]] = {
    "public access is blocked": lambda s3: s3.delete_public_access_block(Bucket=BUCKET),
    "all objects are the bucket owner's": lambda s3: s3.delete_bucket_ownership_controls(Bucket=BUCKET),
    "versions are kept": lambda s3: s3.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
    ),
    "it is encrypted": lambda s3: s3.delete_bucket_encryption(Bucket=BUCKET),
    "old versions expire after 90 days": lambda s3: s3.delete_bucket_lifecycle(Bucket=BUCKET),
    "it carries the environment's tags": lambda s3: s3.delete_bucket_tagging(Bucket=BUCKET),
    "it answers over TLS alone": lambda s3: s3.delete_bucket_policy(Bucket=BUCKET),
}


@pytest.mark.parametrize("words", REMOVALS)
def test_a_setting_that_is_missing_is_named_and_written_alone(s3: S3Client, words: str) -> None:
    assert set(REMOVALS) == {setting.words for setting in settings_of(BUCKET, TAGS)}
    make(s3)
    REMOVALS[words](s3)
    assert [setting.words for setting, _ in lacking(s3, BUCKET, ACCOUNT, TAGS)] == [words]
    assert make(s3) == MadeBucket(False, (words,))
    assert not list(lacking(s3, BUCKET, ACCOUNT, TAGS))


def test_a_bucket_whose_making_was_interrupted_is_completed(s3: S3Client) -> None:
    place: Any = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    made = make(s3)
    assert not made.created
    assert "it answers over TLS alone" in made.written
    assert not list(lacking(s3, BUCKET, ACCOUNT, TAGS))


def test_what_the_company_added_or_chose_stricter_stays(s3: S3Client) -> None:
    make(s3)
    strict: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=strict)
    theirs = {**only_over_tls(BUCKET), "Sid": "Theirs", "Action": "s3:DeleteObjectVersion"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
    rule: Any = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "cost-center", "Value": "7"}]})
    assert len(make(s3).written) == 3
    (encryption,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    statements = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Theirs", "OnlyOverTls"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [each["ID"] for each in rules] == ["theirs", "forget-old-versions"]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    assert tags == TAGS | {"cost-center": "7"}


def test_somebody_elses_bucket_is_said_to_be_one_and_nothing_is_made(client: Callable[[str], S3Client]) -> None:
    make(client(OTHER), OTHER)
    mine = client(ACCOUNT)
    calls = calls_of(mine)
    with pytest.raises(CommandError) as refused:
        make(mine)
    assert str(refused.value) == (
        f"the bucket {BUCKET} belongs to another AWS account: names of buckets are unique in the world\n{NAME_IT}"
    )
    assert calls == ["HeadBucket", "ListBuckets"]


def test_a_bucket_in_another_region_is_refused(s3: S3Client) -> None:
    make(s3)
    with pytest.raises(CommandError) as refused:
        make_bucket(s3, BUCKET, account_id=ACCOUNT, region="eu-central-1", tags=TAGS)
    assert str(refused.value) == f"the state bucket {BUCKET} is in eu-west-1, not in eu-central-1\n{NAME_IT}"


def test_a_closed_bucket_is_told_from_a_foreign_one_where_aws_tells(s3: S3Client) -> None:
    def refused(buckets: list[str] | None) -> str:
        stub = Stubber(s3)
        stub.add_client_error("head_bucket", "403", "Forbidden", http_status_code=403)
        if buckets is None:
            stub.add_client_error("list_buckets", "AccessDenied", "no", http_status_code=403)
        else:
            stub.add_response("list_buckets", {"Buckets": [{"Name": name} for name in buckets]})
        with stub, pytest.raises(CommandError) as error:
            bucket_exists(s3, BUCKET, account_id=ACCOUNT, region=REGION)
        return str(error.value)

    assert "you have no right to look into acme-dev-terraform-state" in refused([BUCKET])
    assert "allow your role in IAM: s3:ListBucket on arn:aws:s3:::acme-dev-terraform-state" in refused([BUCKET])
    assert "belongs to another AWS account" in refused(["other"])
    unknown = refused(None).splitlines()
    assert unknown[0].startswith(f"the bucket {BUCKET} exists, and is closed to you: ")
    assert unknown[1].startswith("  if it is not yours: choose another `organization:`")
    assert unknown[2].endswith("allow your role in IAM: s3:ListBucket on arn:aws:s3:::acme-dev-terraform-state")


def test_a_name_taken_meanwhile_is_explained_too(s3: S3Client) -> None:
    stub = Stubber(s3)
    stub.add_client_error("head_bucket", "404", "Not Found", http_status_code=404)
    stub.add_client_error("create_bucket", "BucketAlreadyExists", "taken", http_status_code=409)
    stub.add_response("list_buckets", {"Buckets": []})
    with stub, pytest.raises(CommandError, match="belongs to another AWS account"):
        make(s3)


def test_a_missing_right_is_named_by_its_action(s3: S3Client) -> None:
    stub = Stubber(s3)
    stub.add_client_error("head_bucket", "404", "Not Found", http_status_code=404)
    stub.add_client_error("create_bucket", "AccessDenied", "no", http_status_code=403)
    with stub, pytest.raises(CommandError) as error:
        make(s3)
    assert str(error.value).endswith("allow your role in IAM: s3:CreateBucket on arn:aws:s3:::acme-dev-terraform-state")
