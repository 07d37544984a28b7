"""The environment that several tests look at, and what cannot run here is put aside."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local_aws import launcher
from tests.conftest import REMARKS
from tests.e2e.docker_engine import why_not
from tests.e2e.whole_platform import Checkout


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no Docker engine can run, the tests that need one are not run. In CI they fail instead."""
    if os.environ.get("CI") or not (reason := why_not()):
        return
    needing = [item for item in items if item.get_closest_marker("docker")]
    if needing:
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)
        config.stash[REMARKS].append(f"not run: {len(needing)} tests that need a Docker engine. {reason}")


@pytest.fixture(scope="module")
def prod(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The large environment, deployed."""
    home = tmp_path_factory.mktemp("prod")
    checkout = Checkout.make(home / "checkout", "prod", launcher.start(directory=home / "aws"))
    try:
        checkout.run("deploy", "--yes")
        yield checkout
        times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in checkout.seconds.items())
        request.config.stash[REMARKS].append(f"prod on the embedded AWS: {times}")
    finally:
        launcher.stop(directory=home / "aws")
