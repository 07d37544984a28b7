"""The environment that several tests look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_aws import launcher
from tests.conftest import REMARKS
from tests.e2e.whole_platform import Checkout

# Every optional part of the monitoring, in an environment's file and in those of its services.
MONITORED = {
    "environments/prod.yaml": (
        "monitoring:\n",
        "monitoring:\n  replicas: 2\n  single_task: true\n  remote_write: {}\n",
    ),
    "service_configs/orders.yaml": ("database: {}\n", "database: {exporter: true}\n"),
    "service_configs/storefront.yaml": ("calls: [orders]\n", "calls: [orders]\ntracing: {}\n"),
}


@pytest.fixture(scope="module")
def prod(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The large environment, deployed with every optional part of the monitoring."""
    home = tmp_path_factory.mktemp("prod")
    checkout = Checkout.make(home / "checkout", "prod", launcher.start(directory=home / "aws"))
    try:
        for name, (old, new) in MONITORED.items():
            file = checkout.root / name
            assert file.read_text().count(old) == 1, name
            file.write_text(file.read_text().replace(old, new))
        checkout.run("deploy", "--yes")
        yield checkout
        times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in checkout.seconds.items())
        request.config.stash[REMARKS].append(f"prod on the embedded AWS: {times}")
    finally:
        launcher.stop(directory=home / "aws")
