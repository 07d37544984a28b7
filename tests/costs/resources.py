"""Small inventories, priced with the prices of one day, whatever `groundwork prices refresh` has read since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.loader.platform import load_platform
from config.models.environment.usage import Usage
from costs.bill import Bill, environment_facts, make_bill
from costs.facts import Facts
from costs.inventory import read_inventory
from costs.price_list import PriceList, load_prices
from tests.synthesis import Platform

PRICES = load_prices("eu-west-1", Path(__file__).parent / "prices")

Attributes = Mapping[str, Any]


def facts_of(
    *, stacks: Mapping[str, Mapping[str, Mapping[str, Attributes]]], prices: PriceList = PRICES, **usage: Any
) -> Facts:
    """The facts of `stacks`, named without the environment; the owner is what follows the first hyphen."""
    code = {f"dev-{name}": {"resource": resources} for name, resources in stacks.items()}
    services = {name.partition("-")[2] for name in stacks} - {""}
    return Facts(read_inventory("dev", code, services), Usage.model_validate(usage), prices, most_ocu=4)


def bill_of(root: Path, platform: Platform, environment: str, *, prices: PriceList = PRICES) -> Bill:
    """The bill of one environment of a synthesized checkout."""
    (deployment,) = load_platform(root, only=environment)
    return make_bill(environment_facts(deployment, {stack.name: stack.document for stack in platform}, prices))
