"""Which images a command line means, and what it is refused for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.images import selection as image_choice
from cli.images.selection import (
    deployments_of,
    platform_images,
    platform_works,
    refuse_without_service,
    work_of_service,
)
from config.source.problem import ConfigError
from images.catalog import PLATFORM_IMAGES
from tests.synthesis import Checkout


@pytest.fixture(autouse=True)
def root(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(image_choice, "ROOT", checkout.root)
    return checkout.root


def test_without_a_name_everything_is_meant() -> None:
    everywhere = deployments_of(None)
    assert [of.environment.name for of in everywhere] == ["dev", "prod", "staging"]
    assert {image.name for image in platform_images(everywhere, None)} == {image.name for image in PLATFORM_IMAGES}


def test_a_name_chooses() -> None:
    (image,) = platform_images(deployments_of(["dev"]), ["grafana"])
    assert (image.name, image.environments) == ("grafana", ("dev",))


def test_platform_images_are_built_for_both_processors_of_fargate() -> None:
    works = platform_works(platform_images(deployments_of(["dev"]), None), None)
    assert {work.platforms for work in works} == {("linux/amd64", "linux/arm64")}


def test_a_services_image_is_built_for_its_own_processor(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write(
        "service_configs/billing.yaml", "kind: internal\nhealth_check: none\nport: 80\narchitecture: x86_64\n"
    )
    checkout.write("service_configs/ledger.yaml", "kind: internal\nhealth_check: none\nport: 80\n")
    for name, platform in (("billing", "linux/amd64"), ("ledger", "linux/arm64")):
        assert work_of_service(deployments_of(None), name, tmp_path, tag=None, platforms=None).platforms == (platform,)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (lambda: deployments_of(["dve"]), "there is no environment of this name"),
        (lambda: platform_images(deployments_of(None), ["grafanna"]), "there is no platform image of this name"),
        (
            lambda: work_of_service(deployments_of(None), "ordres", Path(), tag=None, platforms=None),
            "there is no service of this name",
        ),
    ],
)
def test_a_misspelt_name_gets_what_was_probably_meant(what: object, message: str) -> None:
    assert callable(what)
    with pytest.raises(ConfigError, match=message) as caught:
        what()
    assert "did you mean" in str(caught.value)


def test_a_service_needs_a_folder() -> None:
    with pytest.raises(ConfigError, match="add --context DIR"):
        work_of_service(deployments_of(None), "orders", None, tag=None, platforms=None)


def test_a_one_off_before_a_service_has_no_image_of_its_own(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write("service_configs/orders.yaml", "kind: internal\nhealth_check: none\nport: 80\n")
    checkout.write("service_configs/orders-migrate.yaml", "kind: one-off\nbefore: orders\n")
    with pytest.raises(ConfigError, match="runs the image of orders"):
        work_of_service(deployments_of(None), "orders-migrate", tmp_path, tag=None, platforms=None)


def test_options_of_a_services_image_are_refused_without_the_service() -> None:
    refuse_without_service(context=None, tag=None, release=None)
    with pytest.raises(ConfigError, match="--context and --release: only with --service"):
        refuse_without_service(context=Path(), tag=None, release=["dev"])
