"""The edge as the program writes it."""

from __future__ import annotations

import pytest

from config.models.environment.edge import Edge
from tests.synthesis import ROOT, Checkout, Platform, Stack

ENVIRONMENTS = {"dev": "dev.example.com", "staging": "staging.example.com", "prod": "example.com"}


@pytest.mark.parametrize(("environment", "domain"), ENVIRONMENTS.items())
def test_the_domain_and_every_name_below_it_lead_to_the_load_balancer(
    shop: Platform, environment: str, domain: str
) -> None:
    edge = shop[f"{environment}-edge"]
    aliases = [record for record in edge.all("aws_route53_record") if record["type"] == "A"]
    assert {record["name"] for record in aliases} == {domain, f"*.{domain}"}
    for record in aliases:
        assert edge.target(record["alias"]["name"]) is edge.one("aws_lb")


def test_every_rule_of_every_service_is_on_the_https_listener(shop: Platform) -> None:
    rules = [(stack, rule) for stack in shop for rule in stack.all("aws_lb_listener_rule")]
    assert rules
    for stack, rule in rules:
        edge, reference = shop.resolve(stack, rule["listener_arn"])
        assert edge.target(reference)["protocol"] == "HTTPS"


def test_adopting_a_zone_takes_one_line(checkout: Checkout) -> None:
    file = "environments/dev.yaml"
    checkout.write(file, (checkout.root / file).read_text() + "edge:\n  zone_id: Z0123456789ABCDEFGHIJ\n")
    edge: Stack = checkout.synthesize(only="dev")["dev-edge"]
    assert edge.all("aws_route53_zone") == []
    assert {record["zone_id"] for record in edge.all("aws_route53_record")} == {"Z0123456789ABCDEFGHIJ"}


def test_the_guide_has_every_setting_with_its_default() -> None:
    guide = (ROOT / "docs/edge.md").read_text()
    for name, field in Edge.model_fields.items():
        default = {None: "none", False: "false"}.get(field.default, str(field.default))
        assert f"| `{name}` | {default} |" in guide
