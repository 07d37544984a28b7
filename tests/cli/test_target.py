"""Which account a command acts in, and as whom."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cli.errors import CommandError
from cli.target import Target, act_as, check_account

ROLE = "arn:aws:iam::222222222222:role/deploy"
ACCOUNT = Target(embedded=False, description="your AWS account")


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(CommandError, match="222222222222"):
        check_account(ACCOUNT, environment="dev", account_id="222222222222", region="eu-west-1")


def test_with_the_role_of_the_account_they_are_good_enough() -> None:
    act_as(ROLE, region="eu-west-1")
    target = check_account(ACCOUNT, environment="dev", account_id="222222222222", region="eu-west-1")
    assert target.description == "AWS account 222222222222"


def test_a_role_that_does_not_trust_you_is_said_so() -> None:
    with pytest.raises(CommandError, match="you may not act as"):
        act_as("deploy", region="eu-west-1")
