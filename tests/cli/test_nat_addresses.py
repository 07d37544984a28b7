"""A partner is told the addresses that an environment calls from, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cli.domain.addresses import nat_addresses
from tests.settings import an_environment


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def an_address(name: str) -> str:
    made = boto3.client("ec2", "eu-west-1").allocate_address(
        Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": name}]}]
    )
    return made["PublicIp"]


def test_they_are_those_of_its_nat_and_of_no_other_environment() -> None:
    own = {name: an_address(name) for name in ("test-network-nat-a", "test-network-nat-b")}
    an_address("prod-network-nat-a")
    an_address("test-accelerator")
    assert dict(nat_addresses(an_environment())) == own


def test_before_the_first_deploy_there_are_none() -> None:
    assert list(nat_addresses(an_environment())) == []
