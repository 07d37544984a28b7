"""What is slow runs beside the other tests, and what cannot run here is put aside."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local_aws import launcher
from tests.e2e.docker_engine import why_not
from tests.e2e.whole_platform import Checkout, Command

_aside: dict[str, int] = {}
_took: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no Docker engine can run, the tests that need one are not run. In CI they fail instead."""
    if os.environ.get("CI") or not (reason := why_not()):
        return
    needing = [item for item in items if item.get_closest_marker("docker")]
    if needing:
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)
        _aside[reason] = len(needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason, count in _aside.items():
        terminalreporter.write_line(f"not run: {count} tests that need a Docker engine. {reason}", yellow=True)
    for line in _took:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def prod_under_way(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Checkout, Command] | None]:
    """Start deploying prod if a test wants it, and go on: most of it is waiting, while other tests run."""
    if not any("prod" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    home = tmp_path_factory.mktemp("prod")
    checkout = Checkout.make(home / "checkout", "prod", launcher.start(directory=home / "aws"))
    command = checkout.start("deploy", "--yes")
    try:
        yield checkout, command
        times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in checkout.seconds.items())
        _took.append(f"prod on the embedded AWS: {times}")
    finally:
        command.stop()
        launcher.stop(directory=home / "aws")


@pytest.fixture(scope="session")
def prod(prod_under_way: tuple[Checkout, Command]) -> Checkout:
    """The large environment, deployed."""
    checkout, command = prod_under_way
    command.finish()
    return checkout
