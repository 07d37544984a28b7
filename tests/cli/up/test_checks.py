"""What `groundwork up` refuses before it makes anything: one clear message each, and nothing half-made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cli.errors import CommandError
from cli.up.checks import refuse_domain, refuse_without_docker
from cli.up.images import PlatformImages
from config.models.environment.shared import shared_place
from images.errors import ExitCode
from images.platform_builds import PLATFORMS
from local_aws.endpoint import ACCOUNT, Endpoint
from tests.cli.commands import Ended, Groundwork, groundwork_in
from tests.settings import an_environment
from tests.synthesis import Checkout

OTHER = "210987654321"


@pytest.fixture
def s3(endpoint: Endpoint) -> Callable[[str], Any]:
    """S3 as an account sees it, where nothing is yet."""
    endpoint.request("POST", "/moto-api/reset")

    def of(account_id: str) -> Any:
        key = endpoint.environment({}, account_id=account_id)["AWS_ACCESS_KEY_ID"]
        return boto3.Session(key, "test", region_name="eu-west-1").client("s3", endpoint_url=endpoint.url)

    return of


@pytest.fixture
def groundwork(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr("cli.up.command.root", lambda: checkout.root)
    return groundwork_in(checkout.root, monkeypatch, capsys)


def up_as(account_id: str, endpoint: Endpoint, groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch) -> Ended:
    for name, value in endpoint.environment({}, account_id=account_id).items():
        monkeypatch.setenv(name, value)
    return groundwork("up", "dev")


def test_another_account_than_the_file_says_is_refused(
    endpoint: Endpoint, s3: Callable[[str], Any], groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = up_as(OTHER, endpoint, groundwork, monkeypatch)
    assert (ended.code, ended.err) == (
        1,
        f"these are credentials of AWS account {OTHER}, but environments/dev.yaml says {ACCOUNT}\n"
        "  fix: choose the right profile (AWS_PROFILE=...), or correct account_id\n",
    )
    assert not s3(OTHER).list_buckets()["Buckets"]


def test_a_bucket_of_somebody_else_is_refused_before_the_bucket_before_it_is_made(
    endpoint: Endpoint, s3: Callable[[str], Any], groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    s3(OTHER).create_bucket(Bucket="acme-dev-terraform-state", CreateBucketConfiguration=where)
    ended = up_as(ACCOUNT, endpoint, groundwork, monkeypatch)
    assert (ended.code, ended.err) == (
        1,
        "Nothing has been made, for:\n"
        "the bucket acme-dev-terraform-state belongs to another AWS account: names of buckets are unique in the world\n"
        "  fix: choose another `organization:` in environments/shared.yaml, or name the bucket as `state.bucket:` in "
        "the environment's file\n",
    )
    assert not s3(ACCOUNT).list_buckets()["Buckets"]


def test_without_anybody_to_answer_it_does_not_begin(groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    ended = groundwork("up", "dev")
    assert (ended.code, ended.err) == (2, "nobody is here to answer\n  fix: add --yes\n")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@pytest.mark.parametrize("domain", ["dev.example.com", "example.org", "shop.test", "dev.acme.invalid"])
def test_a_domain_that_nobody_can_have_is_refused(domain: str) -> None:
    with pytest.raises(CommandError) as refused:
        refuse_domain(an_environment(domain=domain))
    assert str(refused.value) == (
        f"environments/test.yaml: domain: {domain} is reserved for examples and tests, so nobody can have it "
        "delegated\n  fix: write a domain of yours, such as dev.acme.io"
    )


def test_a_domain_that_only_looks_reserved_is_not(account: None) -> None:
    refuse_domain(an_environment(domain="dev.myexample.com"))
    refuse_domain(an_environment(domain="contest.io"))


def zone(name: str, *, private: bool = False) -> str:
    route53 = boto3.client("route53", region_name="eu-west-1")
    more: Any = {"VPC": {"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}} if private else {}
    settings: Any = {"HostedZoneConfig": {"PrivateZone": private, "Comment": ""}}
    made = route53.create_hosted_zone(Name=name, CallerReference=name, **settings, **more)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def test_a_zone_above_the_domain_will_do_and_others_will_not(account: None) -> None:
    def refused(zone_id: str) -> str:
        with pytest.raises(CommandError) as error:
            refuse_domain(an_environment(domain="dev.acme.io", edge={"zone_id": zone_id}))
        return str(error.value)

    refuse_domain(an_environment(domain="dev.acme.io", edge={"zone_id": zone("acme.io")}))
    refuse_domain(an_environment(domain="dev.acme.io", edge={"zone_id": zone("dev.acme.io")}))
    other, private = zone("cme.io"), zone("dev.acme.io", private=True)
    assert f"zone {other} is of cme.io, and cannot hold dev.acme.io for the internet" in refused(other)
    assert f"zone {private} is private, and cannot hold dev.acme.io for the internet" in refused(private)
    assert refused("Z0123456789ABCDEFGHIJ") == (
        "environments/test.yaml: edge.zone_id: account 123456789012 has no zone Z0123456789ABCDEFGHIJ\n"
        "  fix: write the id of a public zone of this account, or remove zone_id to have one made"
    )


def test_without_docker_it_says_which_images_the_registry_lacks(
    account: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    images = PlatformImages(shared_place([an_environment()]), [], PLATFORMS)
    with pytest.raises(CommandError) as refused:
        refuse_without_docker(images)
    assert refused.value.exit_code == ExitCode.NO_ENGINE
    assert str(refused.value).startswith("the registry lacks alertmanager, blackbox-exporter, ")
    assert "and there is no `docker` command\n  fix: install Docker" in str(refused.value)
