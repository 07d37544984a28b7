"""A deploy that names an image which nobody pushed is refused before it changes anything."""

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

from cli.deploy.image_check import named_images, refuse_missing_images
from cli.errors import CommandError
from cli.session import Session
from cli.target import Target
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from config.loader.platform import load_platform
from images.ecr import MANIFEST_TYPES
from tests.synthesis import SHOP

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PROMETHEUS, ORDERS = f"{REGISTRY}/platform/prometheus:0123", f"{REGISTRY}/orders:v7"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("ecr", region_name="eu-west-1")


def a_stack(directory: Path, *images: str) -> SynthesizedStack:
    containers = json.dumps([{"image": image} for image in images])
    code = {"resource": {"aws_ecs_task_definition": {"task": {"container_definitions": containers}}}}
    directory.mkdir(exist_ok=True)
    (directory / "cdk.tf.json").write_text(json.dumps(code))
    return SynthesizedStack(id="dev-x", dependencies=(), directory=directory)


def a_session(*, embedded: bool = False) -> Session:
    (deployment,) = load_platform(SHOP, only="dev")
    console = Console(file=StringIO(), width=200)
    setup = TerraformSetup(environment={}, skip_provider_lock=False, summary="")
    return Session(
        SHOP, console, deployment.environment, Target(embedded=embedded, description="an account"), setup, local=False
    )


def push(registry: Any, image: str) -> None:
    repository, _, tag = image.removeprefix(f"{REGISTRY}/").partition(":")
    registry.create_repository(repositoryName=repository)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_TYPES[0], "repository": repository})
    registry.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)


def refusal(stack: SynthesizedStack) -> str:
    with pytest.raises(CommandError) as refused:
        refuse_missing_images(a_session(), [stack])
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_what_is_there_is_deployed(registry: Any, tmp_path: Path) -> None:
    push(registry, PROMETHEUS)
    push(registry, ORDERS)
    refuse_missing_images(a_session(), [a_stack(tmp_path, PROMETHEUS, ORDERS)])


def test_a_platform_image_that_is_missing_is_named_with_the_command_that_publishes_it(
    registry: Any, tmp_path: Path
) -> None:
    push(registry, PROMETHEUS)
    push(registry, ORDERS)
    said = refusal(a_stack(tmp_path, f"{REGISTRY}/platform/prometheus:4567", ORDERS))
    assert "Nothing has been deployed" in said
    assert "  platform/prometheus:4567\n" in said
    assert said.endswith("images publish --environment dev")
    assert "orders" not in said


def test_a_release_that_nobody_pushed_is_named_with_its_file(registry: Any, tmp_path: Path) -> None:
    push(registry, ORDERS)
    said = refusal(a_stack(tmp_path, f"{REGISTRY}/orders:v8"))
    assert "  orders:v8\n" in said
    assert said.endswith("release another tag (service_configs/releases/dev/)")


def test_a_missing_repository_says_what_makes_it(registry: Any, tmp_path: Path) -> None:
    assert "the registry has no repository orders" in refusal(a_stack(tmp_path, ORDERS))


def test_where_nothing_is_pulled_from_here_nobody_is_asked(tmp_path: Path) -> None:
    elsewhere = a_stack(tmp_path, "public.ecr.aws/nginx/nginx:1.29.1", f"{REGISTRY}/orders:unreleased")
    assert named_images([elsewhere], REGISTRY) == set()
    refuse_missing_images(a_session(), [elsewhere])
    refuse_missing_images(a_session(embedded=True), [a_stack(tmp_path, ORDERS)])


def test_without_the_right_to_ask_the_deploy_goes_on_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = a_session()
    refuse_missing_images(session, [a_stack(tmp_path, ORDERS)])
    assert isinstance(session.console.file, StringIO)
    assert "going on without" in session.console.file.getvalue()
