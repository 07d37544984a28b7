"""Costs in a line or two, for other commands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cli.cost.bills import read_bills
from cli.cost.card_text import usd
from config.loader.platform import load_platform
from costs.bill import Bill, environment_facts, make_bill
from costs.inventory import read_code
from costs.price_list import load_prices


def monthly_summary(root: Path, environment: str, *, out: Path | None = None) -> str:
    """One line: what an environment costs a month. `out` is where it was synthesized to, if it was."""
    return summary_line(_bill(root, environment, out))


def summary_line(bill: Bill) -> str:
    """`dev costs about $355 a month: $310 shared by all services, orders $22, storefront $22`."""
    parts = [f"{owner or 'shared by all services'} {usd(bill.sum_of(owner))}" for owner in ("", *bill.owners)]
    missing = f"; without {', '.join(bill.missing)}, of which there is no price" if bill.missing else ""
    return f"{bill.environment} costs about {usd(bill.usd)} a month: {', '.join(parts)}{missing}"


def service_summary(root: Path, service: str) -> list[str]:
    """Return what a service adds a month in each environment that it runs in."""
    with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder:
        bills = read_bills(root, Path(folder) / "out")
    return [
        f"{bill.environment} + {usd(bill.sum_of(service))} a month" for bill in bills.values() if service in bill.owners
    ]


def _bill(root: Path, environment: str, out: Path | None) -> Bill:
    if out is None:
        with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder:
            return read_bills(root, Path(folder) / "out", only=environment)[environment]
    (deployment,) = load_platform(root, only=environment)
    prices = load_prices(deployment.environment.region)
    return make_bill(environment_facts(deployment, read_code(out), prices))
