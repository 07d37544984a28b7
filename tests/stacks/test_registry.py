"""The registry's stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from config.loader.platform import Deployment, load_platform
from config.models.environment.shared import shared_place
from config.models.service_names import PULL_REQUEST_REPOSITORIES
from images.catalog import PLATFORM_IMAGES
from images.lifecycle import DAYS_PULL_REQUEST, lifecycle_policy
from images.render import image_tags
from stacks.registry import RegistryStack
from tests.synthesis import SHOP, Checkout, Platform

Stack = dict[str, Any]


@pytest.fixture(scope="module")
def deployments() -> tuple[Deployment, ...]:
    return load_platform(SHOP)


@pytest.fixture(scope="module")
def stack(deployments: tuple[Deployment, ...], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return synthesize(deployments, tmp_path_factory.mktemp("out"))


def synthesize(deployments: tuple[Deployment, ...], out: Path) -> Stack:
    app = App(outdir=str(out))
    RegistryStack(
        app,
        place=shared_place([deployment.environment for deployment in deployments]),
        deployments=deployments,
        platform_tags=[image_tags(SHOP, deployment) for deployment in deployments],
    )
    app.synth()
    loaded: Stack = json.loads((out / "stacks/shared-registry/cdk.tf.json").read_text())
    return loaded


def of_type(stack: Stack, kind: str) -> list[dict[str, Any]]:
    return list(stack["resource"][kind].values())


def selections(stack: Stack, repository: str) -> list[dict[str, Any]]:
    """What each rule of the repository's lifecycle policy selects."""
    key = next(k for k, r in stack["resource"]["aws_ecr_repository"].items() if r["name"] == repository)
    reference = f"${{aws_ecr_repository.{key}.name}}"
    (policy,) = [p["policy"] for p in of_type(stack, "aws_ecr_lifecycle_policy") if p["repository"] == reference]
    return [rule["selection"] for rule in json.loads(policy)["rules"]]


def kept(stack: Stack, repository: str) -> set[str]:
    """The tags that the repository's lifecycle policy keeps for ever."""
    counted = [selection for selection in selections(stack, repository) if "imageCount" in selection["countType"]]
    return {pattern.removesuffix("*") for selection in counted for pattern in selection["tagPatternList"]}


def test_every_platform_image_and_every_service_has_a_repository(
    stack: Stack, deployments: tuple[Deployment, ...]
) -> None:
    names = {repository["name"] for repository in of_type(stack, "aws_ecr_repository")}
    services = {service.name for deployment in deployments for service in deployment.services}
    assert names == {image.repository for image in PLATFORM_IMAGES} | services


def test_tags_are_immutable_scanned_and_encrypted(stack: Stack) -> None:
    for repository in of_type(stack, "aws_ecr_repository"):
        assert repository["image_tag_mutability"] == "IMMUTABLE"
        assert repository["image_scanning_configuration"] == {"scan_on_push": True}
        assert repository["encryption_configuration"] == [{"encryption_type": "KMS"}]


def test_deleting_a_repository_never_takes_images_with_it(stack: Stack) -> None:
    assert not any(repository["force_delete"] for repository in of_type(stack, "aws_ecr_repository"))


def test_the_image_that_each_environment_runs_is_kept(stack: Stack, deployments: tuple[Deployment, ...]) -> None:
    for image in PLATFORM_IMAGES:
        tags = {image_tags(SHOP, deployment)[image.name] for deployment in deployments}
        assert kept(stack, image.repository) == tags


def test_every_environments_release_is_kept(deployments: tuple[Deployment, ...], tmp_path: Path) -> None:
    released = tuple(
        Deployment(
            of.environment,
            tuple(s.model_copy(update={"release": f"of-{of.environment.name}"}) for s in of.services),
        )
        for of in deployments
    )
    assert kept(synthesize(released, tmp_path), "orders") == {"of-dev", "of-staging", "of-prod"}


def test_what_each_environment_ran_before_is_kept_too(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    for environment in ("dev", "prod"):
        text = f"tag: of-{environment}\nprevious: [before-{environment}, of-prod]\n"
        checkout.write(f"service_configs/releases/{environment}/orders.yaml", text)
    stack = synthesize(load_platform(checkout.root), tmp_path / "out")
    assert kept(stack, "orders") == {"of-dev", "of-prod", "before-dev", "before-prod"}


def ages(stack: Stack, repository: str) -> set[int]:
    """The days after which the repository's tagged images expire."""
    found = selections(stack, repository)
    return {one["countNumber"] for one in found if "countUnit" in one and one["tagStatus"] == "tagged"}


def test_a_services_image_expires_after_a_month_and_one_of_the_platform_after_half_a_year(
    stack: Stack, deployments: tuple[Deployment, ...], tmp_path: Path
) -> None:
    assert ages(stack, "orders") == {30}
    assert {days for image in PLATFORM_IMAGES for days in ages(stack, image.repository)} == {180}
    longer = tuple(
        Deployment(of.environment.model_copy(update={"registry_unreleased_days": 90}), of.services)
        for of in deployments
    )
    assert ages(synthesize(longer, tmp_path), "orders") == {90}


def test_images_of_pull_requests_expire_sooner(delivered: Platform) -> None:
    registry = delivered["shared-registry"].resources
    repositories = {key: one["name"] for key, one in registry["aws_ecr_repository"].items()}
    sooner = {
        name
        for key, name in repositories.items()
        for policy in registry["aws_ecr_lifecycle_policy"].values()
        if policy["repository"] == f"${{aws_ecr_repository.{key}.name}}"
        and policy["policy"] == lifecycle_policy([], days=DAYS_PULL_REQUEST)
    }
    assert sooner
    assert sooner == {name for name in repositories.values() if name.startswith(PULL_REQUEST_REPOSITORIES)}


def test_the_environments_accounts_may_pull_and_nobody_may_more(
    deployments: tuple[Deployment, ...], tmp_path: Path
) -> None:
    accounts = ("111111111111", "222222222222", "333333333333")
    elsewhere = tuple(
        Deployment(
            of.environment.model_copy(update={"account_id": account, "registry_account_id": "999999999999"}),
            of.services,
        )
        for of, account in zip(deployments, accounts, strict=True)
    )
    stack = synthesize(elsewhere, tmp_path)
    (provider,) = stack["provider"]["aws"]
    assert provider["allowed_account_ids"] == ["999999999999"]
    for policy in of_type(stack, "aws_ecr_repository_policy"):
        (statement,) = json.loads(policy["policy"])["Statement"]
        assert statement["Principal"]["AWS"] == [f"arn:aws:iam::{account}:root" for account in accounts]
        assert statement["Action"] == [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ]
