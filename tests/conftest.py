"""What every test may use: one construct, one environment, or the whole shop, as plain dictionaries."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import main  # noqa: F401  first, because it prepares what importing cdktf starts

# isort: split
import pytest
from cdktf import TerraformStack, Testing

from local_aws.server import ENDS_WITH
from tests.delivered import DELIVERED, EVERY_PART
from tests.docker.fluent_bit.firelens import why_no_fluent_bit
from tests.e2e.docker_engine import why_no_promtool, why_not
from tests.synthesis import ROOT, SHOP, Checkout, Platform, Stack, synthesize_construct, synthesize_platform

Testing.__test__ = False  # or pytest takes it for a test class

LONGEST_FIRST = (
    "production",
    "demo",
    "edge_and_preview",
    "workflow_steps",
    "first_pull_request",
    "judged_deploys",
    "recovery",
    "up",
    "supplement",
    "deploy_interrupted",
    "terraform_cloud",
    "images",
    "examples",
    "containers",
    "applied",
)
"""The files of tests/e2e that mostly wait: where several run at a time, the others fill that time."""

REMARKS = pytest.StashKey[list[str]]()
"""What is said when all tests have run."""

os.environ[ENDS_WITH] = str(os.getpid())

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


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Every stack of the YAML in this repository, which whoever clones it may change: see tests/test_shipped.py."""
    return synthesize_platform(ROOT, tmp_path_factory.mktemp("shipped") / "out")


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The shop, delivered from GitHub, with every part that the platform can have."""
    checkout = Checkout(tmp_path_factory.mktemp("delivered") / "checkout")
    for file, text in {**DELIVERED, **EVERY_PART}.items():
        checkout.add(file, text)
    return checkout.synthesize()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of tests/shop, to be changed and synthesized."""
    return Checkout(tmp_path / "checkout")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REMARKS] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _put_aside_what_cannot_run_here(config, items)
    if hasattr(config, "workerinput"):
        ranks = {f"test_{name}": rank for rank, name in enumerate(LONGEST_FIRST)}
        items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def _put_aside_what_cannot_run_here(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In CI they fail instead, but for those whose program no package there has."""
    needed = {"fluent_bit": ("Fluent Bit", why_no_fluent_bit)}
    if not os.environ.get("CI"):
        needed |= {"docker": ("a Docker engine", why_not), "promtool": ("promtool", why_no_promtool)}
    for marker, (what, why) in needed.items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if needing and (reason := why()):
            items[:] = [item for item in items if item not in needing]
            config.hook.pytest_deselected(items=needing)
            config.stash[REMARKS].append(f"not run: {len(needing)} tests that need {what}. {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes hands over what it has to say."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["remarks"] = session.config.stash[REMARKS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[REMARKS] += getattr(node, "workeroutput", {}).get("remarks", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    remarks = config.stash[REMARKS]
    for remark in dict.fromkeys(remarks):
        terminalreporter.write_line(remark, yellow=True)
