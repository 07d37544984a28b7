"""What every test may use: one construct, one environment, or all that is shipped, as plain dictionaries."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import main  # noqa: F401  first, because it prepares what importing cdktf starts

# isort: split
import pytest
from cdktf import TerraformStack, Testing

from tests.synthesis import ROOT, Checkout, Platform, Stack, synthesize_construct, synthesize_platform

Testing.__test__ = False  # or pytest takes it for a test class

# Started in the background of a script, everything ignores Ctrl-C and hands that down to what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def synthesize() -> Callable[[Callable[[TerraformStack], object]], Stack]:
    """`synthesize(lambda stack: Vpc(stack, "vpc", …))`: what those constructs come to."""
    return synthesize_construct


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Every stack of the YAML in this repository; read it, change nothing."""
    return synthesize_platform(ROOT, tmp_path_factory.mktemp("shipped") / "out")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of environments/, service_configs/ and docker/, to be changed and synthesized."""
    return Checkout(tmp_path / "checkout")
