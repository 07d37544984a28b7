"""docs/reference/ has every field and every command, as they are."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from cli.app import app
from cli.cost.prices_command import MODEL
from cli.reference import FOLDER, pages, stale
from costs.field_costs import field_costs
from costs.price_list import load_prices
from tests.costs.resources import PRICES
from tests.synthesis import ROOT


def test_the_committed_reference_is_current() -> None:
    assert not stale(ROOT), "run make reference"


@pytest.mark.parametrize("page", ["service.md", "environment.md"])
def test_every_field_says_what_it_means(page: str) -> None:
    rows = re.findall(r"^\| `(.+?)` \|.*\| (.*?) ?\|$", pages()[page], re.M)
    assert rows
    assert not [name for name, meaning in rows if not meaning]


def test_every_command_that_is_no_former_name_is_there() -> None:
    commands = {name for name, command in get_command(app).commands.items() if not command.hidden}  # type: ignore[attr-defined]
    text = (ROOT / FOLDER / "commands.md").read_text()
    assert {line.split()[0] for line in re.findall(r"^## groundwork (.+)$", text, re.M)} == commands


def test_a_field_says_what_it_costs() -> None:
    """By hand, at the prices of one day: 3 x 730 x (0.048 + 0.005); 730 x (0.25 x 0.03238 + 0.5 x 0.00356)."""
    said = field_costs(PRICES)
    assert said["environment.md"]["network.nat"].startswith("A month: `per-zone` $116.07, `single` $38.69, ")
    assert said["environment.md"]["databases.multi_az"].startswith("A month: `false` $50.37, `true` $100.74 ")
    assert said["environment.md"]["logging.standby_replicas"] == "A month: `true` $385.44, `false` $192.72."
    assert said["service.md"]["architecture"].startswith("A month: `arm64` $7.21, `x86_64` $9.01 ")


def test_what_a_field_costs_stands_beside_a_field_that_there_is() -> None:
    found = pages()
    for page, costs in field_costs(load_prices(MODEL)).items():
        for path, cost in costs.items():
            section, _, name = path.rpartition(".")
            fields = found[page].partition(f"\n## `{section}`\n")[2] if section else found[page]
            (row,) = re.findall(rf"^\| `{re.escape(name)}` \|.*$", fields.partition("\n## ")[0], re.M)
            assert row.endswith(f" {cost} |")
            assert "no price" not in cost


def test_a_field_without_a_price_says_so() -> None:
    assert field_costs(load_prices("mars-north-1"))["service.md"]["secrets"] == "A month: no price each."
