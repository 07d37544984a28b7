"""Where no Docker engine can run, the tests that need one are put aside, in one line. In CI they fail instead."""

from __future__ import annotations

import os

import pytest

from tests.e2e.docker_engine import why_not

_aside: dict[str, int] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
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
