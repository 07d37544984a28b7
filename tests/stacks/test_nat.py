"""The stack of NAT instances: who waits for it, who does not, and what stays in the network's stack."""

from __future__ import annotations

import pytest

from config.models.environment.subnets import Tier
from tests.modules.test_vpc import routes_of
from tests.synthesis import Checkout, Platform, Stack

CALLS_NOBODY_OUTSIDE = ("account", "network", "edge", "logging", "database-", "logs-", "storage-")


def needed_by(platform: Platform, name: str) -> set[str]:
    """Every stack that a stack waits for, directly or not."""
    direct = set(platform[name].dependencies)
    return direct.union(*(needed_by(platform, other) for other in direct))


@pytest.fixture(scope="module")
def nat(shop: Platform) -> Stack:
    return shop["dev-nat"]


def test_what_runs_tasks_waits_for_the_way_out_and_nothing_else_does(shop: Platform) -> None:
    for stack in (one for one in shop if one.name.startswith("dev-") and one.name != "dev-nat"):
        calls = not stack.name.removeprefix("dev-").startswith(CALLS_NOBODY_OUTSIDE)
        assert ("dev-nat" in needed_by(shop, stack.name)) is calls, stack.name


def test_it_is_made_and_destroyed_beside_the_database(shop: Platform) -> None:
    assert "dev-nat" not in needed_by(shop, "dev-database-orders")
    assert needed_by(shop, "dev-nat") == {"dev-network"}


def test_every_default_route_of_a_private_subnet_is_in_it(shop: Platform, nat: Stack) -> None:
    interface = nat.id_of(nat.one("aws_network_interface"))
    tables = []
    for route in nat.all("aws_route"):
        assert (route["destination_cidr_block"], route["network_interface_id"]) == ("0.0.0.0/0", interface)
        owner, table = shop.resolve(nat, route["route_table_id"])
        tables.append(owner.target(table)["tags"]["Name"])
    assert sorted(tables) == [f"dev-network-private-{zone}" for zone in "abc"]
    assert not any(routes_of(shop["dev-network"], Tier.PRIVATE).values())


def test_the_public_address_stays_in_the_network_and_outlives_the_instance(shop: Platform, nat: Stack) -> None:
    """Under the address in Terraform that it has always had, so an environment of before keeps its own."""
    owner, address = shop.resolve(nat, nat.one("aws_eip_association")["allocation_id"])
    assert owner.name == "dev-network"
    assert owner.target(address)["//"]["metadata"]["path"] == "dev-network/nat-a/address"
    assert "network_interface" not in owner.target(address)
    assert nat.all("aws_eip") == []
    assert owner.document["output"]["nat-addresses"]["value"] == [address.replace(".id}", ".public_ip}")]


def test_an_environment_with_gateways_or_without_a_way_out_has_no_such_stack(
    shop: Platform, checkout: Checkout
) -> None:
    assert "prod-nat" not in shop.stacks
    dev = (checkout.root / "environments/dev.yaml").read_text()
    checkout.write("environments/dev.yaml", dev.replace("nat: instance", "nat: single"))
    platform = checkout.synthesize(only="dev")
    assert "dev-nat" not in platform.stacks
    assert not [stack.name for stack in platform if stack.all("aws_instance") or stack.all("aws_network_interface")]
