"""What every test may use: one construct, one environment, or the whole shop, as plain dictionaries."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import main  # noqa: F401  first, because it prepares what importing cdktf starts

# isort: split
import pytest
from cdktf import TerraformStack, Testing

from tests.synthesis import SHOP, Checkout, Platform, Stack, synthesize_construct, synthesize_platform

Testing.__test__ = False  # or pytest takes it for a test class

# Started in the background of a script, everything ignores Ctrl-C and hands that down to what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def synthesize() -> Callable[[Callable[[TerraformStack], object]], Stack]:
    """`synthesize(lambda stack: Vpc(stack, "vpc", …))`: what those constructs come to."""
    return synthesize_construct


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Every stack of the YAML in tests/shop; read it, change nothing."""
    return synthesize_platform(SHOP, tmp_path_factory.mktemp("shop") / "out")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of tests/shop, to be changed and synthesized."""
    return Checkout(tmp_path / "checkout")
