"""The environment that several tests look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_aws import launcher
from tests.conftest import REMARKS
from tests.e2e.whole_platform import Checkout


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
