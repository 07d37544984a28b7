"""The comment of a pull request: what each of six changes adds a month, by line, word for word.

Where the shop or a price is meant to change, `GROUNDWORK_GOLDEN=1 pytest` writes the texts anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.changes.tree import StackCode, Tree
from cli.cost.bills import Bills, bills_of
from cli.cost.card_markdown import differences_markdown
from cli.cost.command import differences
from config.loader.platform import load_platform
from tests.costs.resources import PRICES
from tests.costs.test_bills import settle
from tests.synthesis import SHOP, Checkout, Platform

GOLDEN = Path(__file__).parent / "changes"
PROD, ORDERS = "environments/prod.yaml", "service_configs/orders.yaml"

NEW = """\
kind: internal
image: example/billing:1
port: 8080
health_check: none
database: {instance_class: db.t4g.medium}
"""

CHANGES: dict[str, Callable[[Checkout], None]] = {
    "memory": lambda checkout: settle(checkout, ORDERS, {"memory_mib": 2048}),
    "new-service": lambda checkout: checkout.write("service_configs/billing.yaml", NEW),
    "service-gone": lambda checkout: checkout.remove("service_configs/mailer.yaml"),
    "single-nat": lambda checkout: settle(checkout, PROD, {"network": {"nat": "single"}}),
    "logs-to-cloudwatch": lambda checkout: settle(checkout, PROD, {"logging": {"destination": "cloudwatch"}}),
    "more-requests": lambda checkout: settle(checkout, PROD, {"usage": {"requests_per_second": 400}}),
}


def prod_bills(root: Path, platform: Platform) -> Bills:
    tree: Tree = {
        stack.name: StackCode(stack.name, stack.text, stack.dependencies)
        for stack in platform
        if stack.name.startswith("prod-")
    }
    return bills_of(load_platform(root, only="prod"), tree, only="prod")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_line_by_line(change: str, checkout: Checkout, shop: Platform) -> None:
    CHANGES[change](checkout)
    after = prod_bills(checkout.root, checkout.synthesize(only="prod"))
    text = differences_markdown(differences(prod_bills(SHOP, shop), after))
    file = GOLDEN / f"{change}.md"
    if os.environ.get("GROUNDWORK_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


def test_no_change_says_so(shop: Platform) -> None:
    bills = prod_bills(SHOP, shop)
    assert differences_markdown(differences(bills, bills)) == "### Cost: no change\n"


def test_an_environment_that_is_new_costs_all_of_it(shop: Platform) -> None:
    bills = prod_bills(SHOP, shop)
    (new,) = differences({}, bills)
    assert new.usd == bills["prod"].usd
    text = differences_markdown([new])
    assert text.startswith(f"### Cost of prod: +${new.usd:,.2f} a month, from nothing to ${new.usd:,.2f}\n")
    assert "more lines | | |" in text


def test_a_price_that_is_missing_is_named(shop: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {key: price for key, price in PRICES.prices.items() if key != "nat_hour"}
    monkeypatch.setattr("cli.cost.bills.load_prices", lambda _region: type(PRICES)("eu-west-1", known))
    (new,) = differences({}, prod_bills(SHOP, shop))
    assert differences_markdown([new]).endswith("\n\nNo price, and not in the sums: nat_hour.\n")
