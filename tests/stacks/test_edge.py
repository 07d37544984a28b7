"""The edge as the program writes it."""

from __future__ import annotations

import pytest

from cli.domain.resolver import Answer, Resolver
from config.models.environment.edge import Edge
from config.models.settings import Settings
from tests.dns_server import Zone, dns_server
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
    written = (checkout.root / file).read_text()
    assert "  create_zone: true" in written
    checkout.write(file, written.replace("create_zone: true", "zone_id: Z0123456789ABCDEFGHIJ"))
    edge: Stack = checkout.synthesize(only="dev")["dev-edge"]
    assert edge.all("aws_route53_zone") == []
    assert {record["zone_id"] for record in edge.all("aws_route53_record")} == {"Z0123456789ABCDEFGHIJ"}


def answers(edge: Stack, domain: str) -> Zone:
    """The zone of a stack, for a server; the load balancer has an address of its own."""
    records: dict[tuple[str, str], list[str]] = {(domain, "NS"): ["ns.example.net"]}
    for record in edge.all("aws_route53_record"):
        if "$" not in record["name"]:  # which the certificate's proof has
            records[record["name"], record["type"]] = record.get("records", ["192.0.2.1"])
    return records


def test_the_wildcard_answers_nothing_in_the_domain_of_another_environment(shop: Platform) -> None:
    """`*.example.com` would otherwise answer shop.dev.example.com with production while dev is not delegated."""
    with dns_server(answers(shop["prod-edge"], "example.com")) as port:
        ask = Resolver("127.0.0.1", port).ask
        assert ask("shop.example.com", "A") == (Answer("shop.example.com", "A", "192.0.2.1"),)
        for name in ("shop.dev.example.com", "dev.example.com", "a.shop.staging.example.com"):
            assert ask(name, "A") == ()


def test_a_created_zone_delegates_to_the_zone_of_an_environment_below_it(checkout: Checkout) -> None:
    file = "environments/dev.yaml"
    written = (checkout.root / file).read_text()
    servers = "create_zone: true\n  name_servers: [ns-1.awsdns-01.org, ns-2.awsdns-02.com]"
    checkout.write(file, written.replace("create_zone: true", servers))
    record = checkout.synthesize(only="prod")["prod-edge"].one("aws_route53_record", type="NS")
    assert record["name"] == "dev.example.com"
    assert record["records"] == ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]


def test_a_service_takes_a_rule_of_the_firewall_away_from_its_own_host_by_one_line(checkout: Checkout) -> None:
    checkout.keep_services()
    waf = "http: {host: shop, waf: {count: [GenericLFI_URIPATH]}}"
    checkout.write("service_configs/web.yaml", f"kind: public-web\nport: 80\n{waf}\n")
    (acl,) = checkout.synthesize(only="prod")["prod-edge"].all("aws_wafv2_web_acl")
    (rule,) = [rule for rule in acl["rule"] if rule["name"].startswith("exception")]
    label, elsewhere = rule["statement"]["and_statement"]["statement"]
    assert label["label_match_statement"]["key"] == "awswaf:managed:aws:core-rule-set:GenericLFI_URIPath"
    (host,) = elsewhere["not_statement"]["statement"]
    assert host["byte_match_statement"]["search_string"] == "shop.example.com"


def test_the_guide_has_every_setting_with_its_default() -> None:
    guide = (ROOT / "docs/edge.md").read_text()
    for name, field in Edge.model_fields.items():
        if isinstance(field.default, Settings):
            assert f"| `{name}` | |" in guide
            continue
        default = {None: "none", False: "false", (): "none"}.get(field.default, str(field.default))
        assert f"| `{name}` | {default} |" in guide
