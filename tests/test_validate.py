"""Terraform and the real provider accept every stack of every environment, the shop's and our own, without a warning.

All stacks are modules of one configuration: the provider is started once instead of once a stack.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.terraform_mirror import prepare_terraform
from tests.synthesis import Platform

pytestmark = pytest.mark.e2e

Diagnostics = list[dict[str, Any]]


@pytest.fixture(scope="module")
def directory(shop: Platform, shipped: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration of every stack, initialized."""
    directory = tmp_path_factory.mktemp("validate")
    modules: dict[str, dict[str, str]] = {}
    for name, platform in {"shop": shop, "shipped": shipped}.items():
        shutil.copytree(platform.out / "stacks", directory / name)
        modules |= {f"{name}-{stack.name}": {"source": f"./{name}/{stack.name}"} for stack in platform}
    (directory / "main.tf.json").write_text(json.dumps({"module": modules}))
    done = terraform(directory, "init", "-backend=false", "-input=false")
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


def terraform(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**prepare_terraform(directory, os.environ).environment, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True)


def validate(directory: Path) -> Diagnostics:
    """What Terraform has to say."""
    found: Diagnostics = json.loads(terraform(directory, "validate", "-json").stdout)["diagnostics"]
    # Every stack has its own backend; as a module of something it would not use it.
    return [diagnostic for diagnostic in found if diagnostic["summary"] != "Backend configuration ignored"]


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
