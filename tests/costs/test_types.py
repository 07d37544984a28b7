"""Every resource type that the platform can create is in the table of formulas or in the list of free ones."""

from __future__ import annotations

import ast
import json

from cli.changes.nouns import NOUNS
from config.loader.platform import load_platform
from config.models.rights import load_rights
from costs.bill import FORMULAS, PRICED, make_bill, shared_facts
from costs.formulas import monitoring
from costs.free import FREE
from monitoring import cloudwatch_exporter as exporter
from tests.costs.resources import PRICES, bill_of
from tests.synthesis import ROOT, SHOP, Platform

# Their price is a line of a resource that refers to them.
WITH_ANOTHER = {"aws_launch_template"}


PROVIDER = "cdktf_cdktf_provider_aws."


def imported_types() -> set[str]:
    """The types whose classes modules and stacks import, whether or not an environment of the tests has one."""
    return {
        f"aws_{node.module.removeprefix(PROVIDER)}"
        for folder in ("modules", "stacks")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PROVIDER)
    }


def is_resource(type_: str) -> bool:
    return not type_.startswith("aws_data_aws_") and type_ != "aws_provider"


def test_every_type_that_may_be_created_is_priced_or_free(shop: Platform, delivered: Platform) -> None:
    created = {kind for platform in (shop, delivered) for stack in platform for kind in stack.resources}
    imported = set(filter(is_resource, imported_types()))
    assert {type_ for type_ in created if type_.startswith("aws_")} <= imported, "types are read from the imports"
    known = created | imported | load_rights().types.keys() | NOUNS.keys()
    assert known <= PRICED | FREE.keys()
    assert not PRICED & FREE.keys(), "either it costs or it does not"


def test_every_type_is_priced_by_one_formula() -> None:
    types = [type_ for its in FORMULAS.values() for type_ in its]
    assert len(types) == len(set(types))


def test_no_resource_of_an_environment_with_every_feature_is_without_a_line(delivered: Platform) -> None:
    root = delivered.out.parent / "checkout"
    for environment in ("dev", "staging", "prod"):
        bill = bill_of(root, delivered, environment)
        assert bill.unknown == ()
        assert bill.missing == ()
    deployments = load_platform(root)
    code = {stack.name: stack.document for stack in delivered}
    assert make_bill(shared_facts(deployments[0], code, PRICES)).unknown == ()


def test_a_resource_that_no_formula_takes_is_found(shop: Platform) -> None:
    """The two tests above could not fail otherwise."""
    network = json.loads(json.dumps(shop["dev-network"].document))
    network["resource"]["aws_network_firewall"] = {"new": {}}
    stacks = {stack.name: stack for stack in shop}
    changed = Platform(shop.out, stacks | {"dev-network": type(shop["dev-network"])("dev-network", network)})
    assert bill_of(SHOP, changed, "dev").unknown == ("dev-network/aws_network_firewall.new",)


def test_the_exporter_asks_for_as_many_metrics_as_the_formula_reckons_with() -> None:
    def asked(*tables: exporter.Metrics) -> int:
        return sum(len(statistics) for table in tables for statistics in table.values())

    of_one = {
        "aws_lb": (exporter.LOAD_BALANCER_EVENTS, exporter.LOAD_BALANCER_LEVELS),
        "aws_lb_target_group": (exporter.TARGET_GROUP_EVENTS, exporter.TARGET_GROUP_LEVELS),
        "aws_db_instance": (exporter.DATABASE_LEVELS,),
        "aws_nat_gateway": (exporter.NAT_EVENTS, exporter.NAT_LEVELS),
        "aws_sqs_queue": (exporter.QUEUE_LEVELS,),
        "aws_opensearchserverless_collection": (exporter.SEARCH_EVENTS, exporter.SEARCH_LEVELS),
    }
    assert {type_: asked(*tables) for type_, tables in of_one.items()} == monitoring.ASKED_METRICS
    listed = {type_: sum(map(len, tables)) for type_, tables in of_one.items()}
    listed["aws_opensearchserverless_collection"] += len(exporter.SEARCH_CAPACITY)
    assert asked(exporter.FIREWALL_EVENTS) == monitoring.FIREWALL_METRICS
    listed[monitoring.FIREWALL] = 2 * len(exporter.FIREWALL_EVENTS)
    assert listed == monitoring.LISTED_METRICS
    assert f"--scraping-interval={monitoring.ROUND_S}" in (ROOT / "docker/cloudwatch-exporter/Dockerfile").read_text()
