"""The prices that the documentation names are those that `groundwork cost` reckons, at the prices of one day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.cost.prices_command import MODEL
from cli.reference import pages
from costs.bill import Bill
from costs.field_costs import FIELD_COSTS, amount
from costs.levers import levers
from costs.price_list import load_prices
from tests.costs.resources import bill_of
from tests.costs.test_bills import LOGGING, PUBLIC, settle
from tests.synthesis import ROOT, SHOP, Checkout, Platform

ENVIRONMENTS = ("dev", "staging", "prod")
DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "network.nat": {"network": {"nat": "single"}},
    "network.flow_logs": {"network": {"flow_logs": "cloudwatch"}},
    "databases.instance_class": {"databases": {"instance_class": "db.m7g.large"}},
    "databases.multi_az": {"databases": {"multi_az": False}},
    "cluster.container_insights": {"cluster": {"container_insights": "enabled"}},
    "logging.destination": {"logging": {"destination": "cloudwatch"}},
    "logging.standby_replicas": {"logging": {"standby_replicas": False}},
    "edge.global_accelerator": {"edge": {"global_accelerator": True}},
}
"""What docs/costs.md says of production: each field with another value."""


@pytest.fixture(scope="module")
def bills(shop: Platform) -> Mapping[str, Bill]:
    return {name: bill_of(SHOP, shop, name) for name in ENVIRONMENTS}


def part(bill: Bill, *begins: str, without: tuple[str, ...] = ()) -> int:
    return round(
        sum(
            line.usd or 0
            for line in bill.lines
            if line.item.startswith(begins or ("",)) and not (without and line.item.startswith(without))
        )
    )


def rows(page: Path, table: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by their first cell."""
    section = page.read_text().split(f"\n{table}\n")[1].split("\n## ")[0]
    found = [re.split(r" *\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("|")]
    return {cells[0].strip("`"): cells[1:] for cells in found[2:]}


def test_the_page_says_what_each_environment_costs(bills: Mapping[str, Bill]) -> None:
    logging = LOGGING[:2]
    told = rows(ROOT / "docs/costs.md", "## What the three environments cost")
    expected = {
        "shared by all services": [part_of_shared(bill, logging) for bill in bills.values()],
        "services": [part(bill, without=(*logging, PUBLIC)) - part_of_shared(bill, logging) for bill in bills.values()],
        "data to the internet": [part(bill, PUBLIC) for bill in bills.values()],
        "logging: opensearch": [part(bill, *logging) for bill in bills.values()],
    }
    assert {name: told[name] for name in expected} == {
        name: [f"${amount:,}" for amount in amounts] for name, amounts in expected.items()
    }


def test_the_page_says_what_logs_in_cloudwatch_cost(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    for name in ENVIRONMENTS:
        settle(checkout, f"environments/{name}.yaml", {"logging": {"destination": "cloudwatch"}})
    platform = checkout.synthesize()
    told = rows(ROOT / "docs/costs.md", "## What the three environments cost")["logging: cloudwatch"]
    logs = [
        sum(line.usd or 0 for line in bill_of(checkout.root, platform, name).lines if line.item == "log")
        for name in ENVIRONMENTS
    ]
    assert told == [f"${amount:.0f}" for amount in logs]


def test_the_page_says_what_keeps_dev_cheap(bills: Mapping[str, Bill]) -> None:
    told = rows(ROOT / "docs/costs.md", "## What keeps dev cheap")
    found = {lever.setting: lever for lever in levers(bills["dev"])}
    assert {setting: cells[1:] for setting, cells in told.items()} == {
        setting: [
            f"`{found[setting].value}`",
            f"{'+' if found[setting].usd > 0 else '-'}${abs(found[setting].usd):.0f}",
        ]
        for setting in told
    }


def part_of_shared(bill: Bill, logging: tuple[str, ...]) -> int:
    return round(
        sum(line.usd or 0 for line in bill.lines if not line.owner and not line.item.startswith((*logging, PUBLIC)))
    )


def test_the_page_says_what_each_default_of_production_costs(
    bills: Mapping[str, Bill], tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = rows(ROOT / "docs/costs.md", "## What a field costs")
    assert told.keys() == DEFAULTS.keys()
    for field, change in DEFAULTS.items():
        checkout = Checkout(tmp_path_factory.mktemp("field") / "checkout")
        settle(checkout, "environments/prod.yaml", change)
        after = bill_of(checkout.root, checkout.synthesize(only="prod"), "prod")
        more = round(after.usd - bills["prod"].usd)
        assert told[field][2] == f"{'+' if more > 0 else '-'}${abs(more):,}", field


def test_the_readme_says_what_an_environment_costs(bills: Mapping[str, Bill]) -> None:
    text = " ".join((ROOT / "README.md").read_text().split())
    amounts = [f"${bill.usd - part(bill, PUBLIC):,.0f}" for bill in bills.values()]
    assert f"{amounts[0]} a month in dev, {amounts[1]} in staging, {amounts[2]} in prod" in text


def test_the_page_says_what_each_default_of_an_environment_costs() -> None:
    told = rows(ROOT / "docs/environments.md", "## What each default costs")
    assert len(told) == 10
    reference = pages()["environment.md"]
    for path, (default, usd, *_) in told.items():
        section, _, name = path.rpartition(".")
        fields = reference.partition(f"\n## `{section}`\n")[2].partition("\n## ")[0]
        (written,) = re.findall(rf"^\| `{name}` \|.*?\| `([^|]*)` \| ", fields, re.M)
        value = default.strip("`")
        assert written.strip('"') == value, path
        cost = FIELD_COSTS["environment.md"][path]
        terms = cost.values.get(value) or [(quantity * int(value), key) for quantity, key in cost.unit]
        assert usd == amount(terms, load_prices(MODEL)), path
