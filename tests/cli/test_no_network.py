"""Nobody answers: that says nothing about whoever asks."""

from __future__ import annotations

import socket
import sys

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from cli import app as groundwork
from cli.errors import CommandError
from cli.target import Target, act_as, check_account

ROLE = "arn:aws:iam::222222222222:role/deploy"
ACCOUNT = Target(embedded=False, description="your AWS account")


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1"}
    for name, value in {**credentials, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def test_the_account_is_not_said_to_be_unknown() -> None:
    with pytest.raises(CommandError) as error:
        check_account(ACCOUNT, environment="dev", account_id="222222222222", region="eu-west-1")
    assert str(error.value).startswith("AWS cannot be reached from here: ")
    assert str(error.value).endswith("\n  fix: check the network, VPN or proxy")


def test_the_role_is_not_said_to_be_closed() -> None:
    with pytest.raises(CommandError, match="AWS cannot be reached from here"):
        act_as(ROLE, region="eu-west-1")


def test_a_command_that_loses_aws_at_any_moment_ends_in_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost() -> None:
        raise EndpointConnectionError(endpoint_url="https://ec2.eu-west-1.amazonaws.com/")

    monkeypatch.setattr(groundwork, "app", lost)
    monkeypatch.setattr(sys, "argv", ["groundwork", "deploy", "dev"])
    with pytest.raises(SystemExit) as end:
        groundwork.main()
    said = capsys.readouterr().err
    assert end.value.code == 1
    assert said.startswith("AWS cannot be reached from here")
    assert "traceback" not in said.lower()
