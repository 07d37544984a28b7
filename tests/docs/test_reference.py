"""docs/reference/ has every field and every command, as they are."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from cli.app import app
from cli.cost.prices_command import MODEL
from cli.reference import FOLDER, pages, stale
from config.models.environment.monitoring import Monitoring
from config.models.monitoring.grafana import GrafanaSettings
from config.models.service.service import Service
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
    assert said["environment.md"]["logging.standby_replicas"] == (
        "A month: `true` $385.44, `false` $192.72 (not verified)."
    )
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


def parts(model: type[BaseModel], *more: str) -> set[str]:
    """Return the fields of a model that add something by being written, and others."""
    return {name for name, field in model.model_fields.items() if not field.get_default(call_default_factory=True)} | {
        *more
    }


def written_in(field: FieldInfo, package: str) -> bool:
    """Whether a field takes a model of a package, however deep in its type."""
    kinds = [field.annotation]
    while kinds:
        kind = kinds.pop()
        if getattr(kind, "__module__", "").startswith(package):
            return True
        kinds += get_args(kind)
    return False


def test_what_each_optional_part_of_the_monitoring_costs_stands_beside_its_field() -> None:
    costs = {page: its.keys() for page, its in field_costs(PRICES).items()}
    of_environment = {f"monitoring.{name}" for name in parts(Monitoring, "replicas")}
    of_environment |= {f"monitoring.grafana.{name}" for name in parts(GrafanaSettings)}
    assert {"monitoring.remote_write", "monitoring.single_task", "monitoring.grafana.oidc"} <= of_environment
    assert of_environment <= costs["environment.md"]
    own = "config.models.service.monitoring"
    of_service = {name for name, field in Service.model_fields.items() if written_in(field, own)}
    assert of_service == {"alerts", "metrics", "panels", "slo", "tracing"}
    assert of_service | {"database.exporter"} <= costs["service.md"]


def test_a_price_that_nobody_has_read_at_aws_says_so() -> None:
    said = {path: text for its in field_costs(load_prices(MODEL)).values() for path, text in its.items()}
    assert said["tracing.sample_percent"] == (
        "A month: $5.00 for each million traces that are recorded (not verified)."
    )
    assert said["secrets"] == "A month: $0.40 each."


def test_a_field_without_a_price_says_so() -> None:
    assert field_costs(load_prices("mars-north-1"))["service.md"]["secrets"] == "A month: no price each."
