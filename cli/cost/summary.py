"""The cost of an environment in one line, for other commands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cli.cost.bills import read_bills
from cli.cost.card_text import missing_text, usd


def monthly_summary(root: Path, environment: str) -> str:
    """Return the cost a month: `dev costs about $355 a month: $310 shared by all services, orders $22, ...`."""
    with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder:
        bill = read_bills(root, Path(folder) / "out", only=environment)[environment]
    if bill.missing and not bill.usd:
        return missing_text(bill, bill.missing)
    parts = [f"{owner or 'shared by all services'} {usd(bill.sum_of(owner))}" for owner in ("", *bill.owners)]
    missing = f"; without {', '.join(bill.missing)}, of which there is no price" if bill.missing else ""
    return f"{bill.environment} costs about {usd(bill.usd)} a month: {', '.join(parts)}{missing}"
