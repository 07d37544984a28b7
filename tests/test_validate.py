"""Terraform and the real provider accept every stack of every environment, the shop's and our own, without a warning.

All stacks are modules of one configuration: the provider is started once instead of once a stack.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.synthesis import Platform
from tests.terraform_validation import initialize, validate

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def directory(shop: Platform, shipped: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration of every stack, initialized."""
    directory = tmp_path_factory.mktemp("validate")
    modules: dict[str, dict[str, str]] = {}
    for name, platform in {"shop": shop, "shipped": shipped}.items():
        shutil.copytree(platform.out / "stacks", directory / name)
        modules |= {f"{name}-{stack.name}": {"source": f"./{name}/{stack.name}"} for stack in platform}
    (directory / "main.tf.json").write_text(json.dumps({"module": modules}))
    initialize(directory)
    return directory


def test_every_stack_of_every_environment_is_valid(directory: Path) -> None:
    assert validate(directory) == []


def test_a_mistake_in_one_stack_is_found(directory: Path) -> None:
    only = {"shop-prod-edge": {"source": "./shop/prod-edge"}}
    (directory / "main.tf.json").write_text(json.dumps({"module": only}))
    path = directory / "shop/prod-edge/cdk.tf.json"
    code = json.loads(path.read_text())
    for balancer in code["resource"]["aws_lb"].values():
        balancer["load_balancer_tpye"] = "application"
    path.write_text(json.dumps(code))
    (mistake,) = validate(directory)
    assert mistake["severity"] == "error"
    assert mistake["range"]["filename"] == "shop/prod-edge/cdk.tf.json"
