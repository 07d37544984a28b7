"""What is locked installs on every Python that the project says it runs on."""

from __future__ import annotations

import email
import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from tests.synthesis import ROOT


@pytest.mark.parametrize(
    "environment",
    [
        ".venv",
        pytest.param(".venv-checkov", marks=pytest.mark.e2e),
        pytest.param(".venv-provider-6", marks=[pytest.mark.engines, pytest.mark.long]),
        pytest.param(".venv-cdktn", marks=[pytest.mark.engines, pytest.mark.long]),
    ],
)
def test_every_locked_package_installs_on_the_oldest_python(environment: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    metadata = list((ROOT / environment).glob("lib/python*/site-packages/*.dist-info/METADATA"))
    assert len(metadata) >= 15
    too_new = {
        file.parent.name: needed
        for file in metadata
        if (needed := email.message_from_bytes(file.read_bytes())["Requires-Python"])
        and oldest not in SpecifierSet(needed)
    }
    assert not too_new
