"""A copy of what the images are made of, to be changed at will."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.loader.platform import load_platform
from images.build_context import BuildContext
from images.render import render_all
from tests.synthesis import SHOP


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of tests/shop."""
    return shutil.copytree(SHOP, tmp_path / "checkout")


def contexts(root: Path, environment: str = "dev") -> dict[str, BuildContext]:
    """Every platform image of one environment."""
    (deployment,) = load_platform(root, only=environment)
    return render_all(root, deployment)


def tags(root: Path, environment: str = "dev") -> Mapping[str, str]:
    """The tag of every platform image."""
    return {name: context.tag for name, context in contexts(root, environment).items()}


def rendered(root: Path, image: str, path: str, environment: str = "dev") -> Any:
    """One YAML file of an image, by its path in the image."""
    files = {file.path: file.content for file in contexts(root, environment)[image].files}
    return YAML(typ="safe").load(files[f"rootfs{path}"])


@pytest.fixture
def service_file(checkout: Path) -> Callable[[str, str], None]:
    """Write service_configs/<name>.yaml."""

    def write(name: str, text: str) -> None:
        (checkout / f"service_configs/{name}.yaml").write_text(text)

    return write
