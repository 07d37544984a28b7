"""Global Accelerator, for an environment that asks for it."""

from __future__ import annotations

import pytest

from tests.synthesis import Checkout, Platform, Stack


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    checkout = Checkout(tmp_path_factory.mktemp("accelerated") / "checkout")
    file = "environments/dev.yaml"
    written = (checkout.root / file).read_text()
    checkout.write(file, written.replace("\nedge:\n", "\nedge:\n  global_accelerator: true\n"))
    checkout.keep_services()
    return checkout.synthesize(only="dev")["dev-edge"]


def test_no_environment_pays_for_one_that_it_did_not_ask_for(shop: Platform) -> None:
    assert not [kind for stack in shop for kind in stack.resources if "globalaccelerator" in kind]


def test_it_leads_to_the_load_balancer_and_clients_keep_their_addresses(edge: Stack) -> None:
    group = edge.one("aws_globalaccelerator_endpoint_group")
    assert group["endpoint_group_region"] == "eu-west-1"
    (endpoint,) = group["endpoint_configuration"]
    assert edge.target(endpoint["endpoint_id"]) is edge.one("aws_lb")
    assert endpoint["client_ip_preservation_enabled"] is True
    assert endpoint["weight"] > 0


def test_it_takes_what_the_load_balancer_takes(edge: Stack) -> None:
    ports = {
        (group["from_port"], group["to_port"]) for group in edge.one("aws_globalaccelerator_listener")["port_range"]
    }
    assert ports == {(listener["port"], listener["port"]) for listener in edge.all("aws_lb_listener")}


def test_the_domains_names_lead_to_it_instead_of_the_load_balancer(edge: Stack) -> None:
    aliases = [record["alias"] for record in edge.all("aws_route53_record") if record["type"] == "A"]
    assert len(aliases) == 2
    for alias in aliases:
        assert edge.target(alias["name"]) is edge.one("aws_globalaccelerator_accelerator")
        assert alias["zone_id"].endswith(".hosted_zone_id}")
