"""Every type that the platform makes can be imported, is written again without harm, or is said to be by hand."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cli.recovery.account import Place
from cli.recovery.import_ids import BY_HAND, FROM_AWS, FROM_CODE, WRITTEN_AGAIN, import_ids
from tests.synthesis import ROOT

PLACE = Place("dev", "network", "123456789012", "eu-west-1")


def test_each_type_stands_in_one_table() -> None:
    types = yaml.safe_load((ROOT / "config/rights.yaml").read_text())["types"]
    tables = [*FROM_CODE, *FROM_AWS, *WRITTEN_AGAIN, *BY_HAND]
    assert sorted(tables) == sorted(set(tables))
    assert {kind for kind in types if kind.startswith("aws_")} - set(tables) == set()


@pytest.mark.parametrize(
    ("kind", "values", "ids"),
    [
        ("aws_iam_role", {"name": "dev-orders"}, ["dev-orders"]),
        ("aws_route", {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}, ["rtb-1_0.0.0.0/0"]),
        ("aws_route", {"destination_cidr_block": "0.0.0.0/0"}, []),
        ("aws_route", {"route_table_id": None, "destination_cidr_block": "0.0.0.0/0"}, []),
        ("aws_sns_topic", {"name": "dev-alerts"}, ["arn:aws:sns:eu-west-1:123456789012:dev-alerts"]),
        ("aws_budgets_budget", {"name": "dev-monthly"}, ["123456789012:dev-monthly"]),
        ("aws_ecs_service", {"name": "orders", "cluster": "arn:aws:ecs:eu-west-1:1:cluster/dev"}, ["dev/orders"]),
        ("aws_ecs_service", {"name": "orders"}, []),
        ("aws_ecs_task_definition", {"family": "dev-orders"}, []),
    ],
)
def test_an_id_is_made_of_what_is_known(kind: str, values: dict[str, Any], ids: list[str]) -> None:
    assert import_ids(kind, values, PLACE) == ids
