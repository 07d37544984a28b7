"""A secret that nobody has stored is found before a deploy changes anything, with the command that stores it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli.deploy.secret_check import refuse_missing_secrets
from cli.errors import CommandError, UsageError
from cli.session import Session
from cli.target import Target
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from config.loader.platform import load_platform
from tests.synthesis import Checkout

SERVICE = """\
kind: internal
health_check: none
port: 8080
secrets:
  STRIPE_KEY: stripe-key
  SMTP: {parameter: /shared/smtp}
  SHOP: {secret: shared/shop}
  OTHER:
    secret: arn:aws:secretsmanager:eu-west-1:999999999999:secret:other-a1B2c3
    kms_key: arn:aws:kms:eu-west-1:999999999999:key/11111111-1111-1111-1111-111111111111
"""


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def a_session(checkout: Checkout) -> Session:
    checkout.write("service_configs/payer.yaml", SERVICE)
    (deployment,) = load_platform(checkout.root, only="dev")
    setup = TerraformSetup(environment={}, skip_provider_lock=False, summary="")
    target = Target(embedded=True, description="")
    return Session(checkout.root, Console(file=StringIO()), deployment.environment, target, setup, local=True)


def a_stack(directory: Path, *names: str, stack: str = "dev-service-payer") -> SynthesizedStack:
    directory.mkdir(exist_ok=True)
    (directory / "cdk.tf.json").write_text(json.dumps({"data": {"aws_secretsmanager_secret": names}}))
    return SynthesizedStack(id=stack, dependencies=(), directory=directory)


ALL = ("dev/payer/stripe-key", "arn:aws:ssm:eu-west-1:1:parameter/shared/smtp", "shared/shop", "other-a1B2c3")


def test_each_is_named_with_its_command(checkout: Checkout, tmp_path: Path) -> None:
    session = a_session(checkout)
    with pytest.raises(UsageError) as error:
        refuse_missing_secrets(session, [a_stack(tmp_path / "code", *ALL)])
    assert error.value.exit_code == 2
    assert str(error.value).splitlines() == [
        "Nothing has been deployed, for these secrets have no value:",
        "  payer: SHOP, from shared/shop",
        "    fix: aws secretsmanager create-secret --name shared/shop --secret-string file://value.txt",
        "  payer: SMTP, from /shared/smtp",
        "    fix: aws ssm put-parameter --type SecureString --name /shared/smtp --value file://value.txt",
        "  payer: STRIPE_KEY, from dev/payer/stripe-key",
        "    fix: groundwork secret set dev payer stripe-key --local",
    ]


def test_what_is_stored_or_named_by_no_code_or_another_stack_stops_nobody(checkout: Checkout, tmp_path: Path) -> None:
    session = a_session(checkout)
    refuse_missing_secrets(session, [a_stack(tmp_path / "unreleased")])
    refuse_missing_secrets(session, [a_stack(tmp_path / "other", *ALL, stack="dev-service-orders")])
    secrets: Any = boto3.client("secretsmanager", region_name="eu-west-1")
    for name in ("dev/payer/stripe-key", "shared/shop"):
        secrets.create_secret(Name=name, SecretString="x")
    boto3.client("ssm", region_name="eu-west-1").put_parameter(Name="/shared/smtp", Value="x", Type="SecureString")
    refuse_missing_secrets(session, [a_stack(tmp_path / "code", *ALL)])


def program(*names: str) -> SynthesizedApp:
    return SynthesizedApp("dev", tuple(SynthesizedStack(f"dev-{name}", (), Path(name)) for name in names))


@pytest.mark.parametrize(
    ("typed", "stack"),
    [
        ("storefront", "service-storefront"),
        ("dev-storefront", "service-storefront"),
        ("service-storefront", "service-storefront"),
        ("dev-service-storefront", "service-storefront"),
        ("network", "network"),
    ],
)
def test_a_service_is_its_stack(typed: str, stack: str) -> None:
    (found,) = program("network", "service-storefront", "service-network").select([typed])
    assert found.name == stack


def test_a_stack_that_is_misspelt_comes_with_the_likely_one() -> None:
    with pytest.raises(CommandError, match=r"dev has no stack netwrk; it has network, [\s\S]*fix: .*network"):
        program("network", "service-storefront").select(["netwrk"])
