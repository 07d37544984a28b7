"""`service new` says what the service will cost, although nothing of it runs yet."""

from __future__ import annotations

import re
import shutil

from cli.cost.new_service import new_service_cost
from tests.cli.commands import everything_in
from tests.cli.cost.test_command import platform as platform  # a fixture
from tests.synthesis import Checkout

SERVICE = "kind: internal\nport: 8080\nhealth_check: none\n"


def test_a_service_without_a_release_is_reckoned_as_if_it_had_one(platform: Checkout) -> None:
    platform.write("service_configs/billing.yaml", SERVICE)
    before = everything_in(platform.root)
    said = new_service_cost(platform.root, "billing")
    amounts = {environment: float(usd) for usd, environment in re.findall(r"\$([\d.]+) in (\w+)", said)}
    assert amounts.keys() == {"dev", "staging", "prod"}
    # 2 tasks x 730 h x (0.25 x 0.03238 + 0.5 x 0.00356), and little beside them
    assert 14.41 < amounts["prod"] < 18
    # One task in place of two halves it; Spot, and the hours, do the rest.
    assert amounts["dev"] < amounts["staging"] < amounts["prod"]
    assert said.endswith("(groundwork cost ENV --service billing)")
    assert everything_in(platform.root) == before


def test_both_forms_of_the_releases_are_reckoned_with(platform: Checkout) -> None:
    platform.write("service_configs/billing.yaml", SERVICE)
    releases = platform.root / "service_configs/releases"
    shutil.rmtree(releases, ignore_errors=True)
    platform.write("service_configs/releases/staging/orders.yaml", "tag: 1.4.2\n")
    platform.write("service_configs/releases/prod.yaml", "orders: 1.4.2\n")
    said = new_service_cost(platform.root, "billing")
    assert sorted(re.findall(r"in (\w+)", said)) == ["dev", "prod", "staging"]


def test_where_it_is_not_known_it_says_how_to_ask(platform: Checkout) -> None:
    (platform.root / "environments/dev.yaml").write_text("network: {}\n")
    said = new_service_cost(platform.root, "billing")
    assert said == "what it adds a month, once it is released: groundwork cost ENV --service billing"
