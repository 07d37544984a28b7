"""`groundwork cost` as it is typed."""

from __future__ import annotations

import json
import shutil

import pytest

from costs.price_list import load_prices
from tests.cli.commands import Groundwork, commit, groundwork_in
from tests.synthesis import ROOT, Checkout


@pytest.fixture
def platform(checkout: Checkout) -> Checkout:
    """The shop with the program beside it: the command runs main.py."""
    for name in ("config", "images", "modules", "monitoring", "stacks"):
        (checkout.root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "main.py", checkout.root / "main.py")
    shutil.rmtree(checkout.root / "docker", ignore_errors=True)
    (checkout.root / "docker").symlink_to(ROOT / "docker")
    return checkout


@pytest.fixture
def groundwork(platform: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    monkeypatch.setattr("cli.cost.command.ROOT", platform.root)
    return groundwork_in(platform.root, monkeypatch, capsys)


def test_the_card_of_an_environment_and_no_file_is_written(groundwork: Groundwork, platform: Checkout) -> None:
    before = sorted(path.name for path in platform.root.iterdir())
    ended = groundwork("cost", "prod")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in platform.root.iterdir()) == before
    lines = ended.out.splitlines()
    assert lines[0].startswith("prod in eu-west-1: $")
    for said in (
        "  NAT gateways, hours                          105.12  2,190 gateway-hour x $0.048",
        "what may grow, and its ceiling",
        "the settings that move it most",
        "  not verified: aoss_gb, aoss_ocu",
        "usage that environments/*.yaml does not say, so that the default stands:",
    ):
        assert said in lines
    (shared,) = [line for line in lines if line.startswith("shared by all services: $")]
    sums = [
        float(line.split("$")[1].replace(",", ""))
        for line in lines
        if line.startswith(("mailer:", "orders:", "storefront:"))
    ]
    total = float(lines[0].split("$")[1].split()[0].replace(",", ""))
    assert total == pytest.approx(sum(sums) + float(shared.split("$")[1].replace(",", "")), abs=0.03)


def test_one_services_part_for_a_program(groundwork: Groundwork) -> None:
    ended = groundwork("cost", "dev", "--service", "orders", "--json")
    document = json.loads(ended.out)
    assert document.keys() == {"dev"}
    bill = document["dev"]
    assert {line["service"] for line in bill["lines"]} == {"orders"}
    assert bill["usd"] == pytest.approx(sum(line["usd"] for line in bill["lines"]), abs=0.01)
    assert bill["prices"]["rds_gp3"] == {
        "usd": 0.127,
        "unit": "GB-month, one zone; Multi-AZ twice",
        "read": "2026-09-29",
        "confidence": "A",
    }
    assert bill["levers"] == []


def test_a_table_for_a_comment(groundwork: Groundwork) -> None:
    ended = groundwork("cost", "dev", "--markdown")
    assert ended.out.startswith("### dev: $")
    assert "| shared by all services | $" in ended.out


def test_a_region_without_prices_says_so_and_no_sum_of_nothing(
    groundwork: Groundwork, platform: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.cost.bills.load_prices", load_prices)
    shared = platform.root / "environments/shared.yaml"
    text = shared.read_text()
    assert "region: eu-west-1" in text
    shared.write_text(text.replace("region: eu-west-1", "region: eu-central-1"))
    said = "there are no prices of eu-central-1; costs/prices has eu-west-1, us-east-1"
    card = groundwork("cost", "dev").out
    assert card.startswith("dev in eu-central-1: no price\n\nshared by all services: no price\n")
    assert card.partition(said)[2].startswith("\n  fix: groundwork prices refresh eu-central-1\n")
    assert "$" not in card
    markdown = groundwork("cost", "dev", "--markdown").out
    assert markdown.startswith("### dev: no price\n")
    assert markdown.endswith(f"Note: {said}.\n")


def test_a_size_without_a_price_makes_the_sum_more_than_it_says(groundwork: Groundwork, platform: Checkout) -> None:
    file = platform.root / "environments/dev.yaml"
    text = file.read_text()
    assert "instance_class: db.t4g.micro" in text
    file.write_text(text.replace("instance_class: db.t4g.micro", "instance_class: db.r8g.24xlarge"))
    card = groundwork("cost", "dev", "--service", "orders").out
    assert card.startswith("orders in dev: more than $")
    assert "no price in eu-west-1, and not in the sum: rds.db.r8g.24xlarge\n" in card


def test_the_images_that_all_share_are_a_bill_of_their_own(groundwork: Groundwork) -> None:
    lines = groundwork("cost", "shared").out.splitlines()
    assert lines[:3] == ["shared in eu-west-1: $1.00 a month", "", "shared by all environments: $1.00"]
    assert "  registry_unreleased_days: 180                +$1.50" in lines
    assert lines[-2:] == ["images that stay: usage.image_gb 7", "images of 30 days: usage.image_gb_per_day 0.1"]


def test_what_a_change_adds_since_a_commit(groundwork: Groundwork, platform: Checkout) -> None:
    commit(platform.root, "base")
    dev = (platform.root / "environments/dev.yaml").read_text()
    assert "requests_per_second: 1\n" in dev or "requests_per_second: 1 " in dev
    platform.write("environments/dev.yaml", dev.replace("requests_per_second: 1", "requests_per_second: 30", 1))
    ended = groundwork("cost", "dev", "--base", "HEAD")
    assert (ended.code, ended.err) == (0, "")
    # 29 more a second for 282.4 hours: 29.5 million requests x 0.60
    assert "| storefront: firewall, requests | $0.61 | $18.30 | +$17.69 |" in ended.out
    document = json.loads(groundwork("cost", "dev", "--base", "HEAD", "--json").out)
    assert {change["service"] for change in document["dev"]["changes"]} == {"storefront"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["cost", "dev", "--service", "order"],
            "environment dev has no service order\n  allowed: mailer, orders, storefront\n"
            "  fix: did you mean `orders`?\n",
        ),
        (
            ["cost", "shared", "--service", "orders"],
            "what all environments share is of no service\n  allowed: --service with an environment\n"
            "  fix: groundwork cost --service orders\n",
        ),
        (["cost", "dev", "--json", "--markdown"], "--markdown and --json exclude each other\n  fix: choose one\n"),
        (
            ["cost", "--base", "HEAD", "--service", "orders"],
            "--base compares whole environments\n  fix: leave --service out\n",
        ),
        (
            ["cost", "pro"],
            "environments: there is no environment of this name\n  value: pro\n  allowed: dev, prod, staging\n"
            "  fix: did you mean `prod`?\n",
        ),
    ],
)
def test_what_it_cannot_do_is_one_message(groundwork: Groundwork, arguments: list[str], message: str) -> None:
    ended = groundwork(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == message
