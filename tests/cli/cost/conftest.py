"""Every bill of these tests is at the prices of one day (tests/costs/prices), whatever has been read since."""

from __future__ import annotations

import pytest

from tests.costs.resources import PRICES


@pytest.fixture(autouse=True)
def prices_of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep `groundwork prices refresh` from changing what these tests expect."""
    monkeypatch.setattr("cli.cost.bills.load_prices", lambda _region: PRICES)
