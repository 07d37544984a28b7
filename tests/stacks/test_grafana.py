"""Grafana's sign-in, its password and from where it is reached, as they come to the task and the load balancer."""

from __future__ import annotations

import json
from typing import Any

import jmespath  # type: ignore[import-untyped]
import pytest

from tests.stacks.test_monitoring import container, images
from tests.synthesis import Checkout, Platform, Stack

SETTINGS = """
  grafana:
    allowed_cidrs: [203.0.113.0/24, 198.51.100.7/32]
    password_version: 2
    oidc:
      issuer: https://acme.okta.com
      client_id: 0oa1
      admins: [platform]
      editors: [leads]
      viewers: [All Staff]
"""


@pytest.fixture
def signed_in(checkout: Checkout) -> Platform:
    prod = checkout.root / "environments/prod.yaml"
    text = prod.read_text()
    assert text.count("monitoring:\n") == 1
    prod.write_text(text.replace("monitoring:\n", f"monitoring:{SETTINGS}"))
    return checkout.synthesize(only="prod")


def variables(stack: Stack) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container(stack, "grafana")["environment"]}


def role(path: str, groups: list[str]) -> Any:
    return jmespath.search(path, {"groups": groups})


def test_who_signs_in_where_is_told_to_grafana_and_its_secret_by_reference(signed_in: Platform, shop: Platform) -> None:
    stack = signed_in["prod-monitoring"]
    told = variables(stack)
    assert told["GF_AUTH_GENERIC_OAUTH_ENABLED"] == "true"
    assert told["GF_AUTH_GENERIC_OAUTH_CLIENT_ID"] == "0oa1"
    assert told["GF_AUTH_GENERIC_OAUTH_AUTH_URL"] == "https://acme.okta.com/oauth2/v1/authorize"
    assert json.loads(told["GF_AUTH_GENERIC_OAUTH_ALLOWED_GROUPS"]) == ["platform", "leads", "All Staff"]
    path = told["GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH"]
    roles = {role(path, groups) for groups in (["leads", "platform"], ["platform"])}
    assert roles == {"Admin"}
    assert (role(path, ["leads"]), role(path, ["others"])) == ("Editor", "Viewer")
    (secret,) = stack.document["data"]["aws_secretsmanager_secret"].values()
    assert secret["name"] == "prod/grafana/oidc-client-secret"
    assert {one["name"] for one in container(stack, "grafana")["secrets"]} == {
        "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET",
        "GF_SECURITY_ADMIN_PASSWORD",
    }
    assert images(signed_in)["prod-grafana grafana"] == images(shop)["prod-grafana grafana"]


def test_without_a_sign_in_there_is_only_admin(shop: Platform) -> None:
    assert not [name for name in variables(shop["prod-monitoring"]) if "OAUTH" in name]


def test_another_version_of_the_password_is_another_password_and_another_task(
    signed_in: Platform, shop: Platform
) -> None:
    before, after = shop["prod-monitoring"], signed_in["prod-monitoring"]
    versions = [stack.one("aws_secretsmanager_secret_version")["secret_string_wo_version"] for stack in (before, after)]
    assert versions == [1, 2]
    assert [variables(stack)["PASSWORD_VERSION"] for stack in (before, after)] == ["1", "2"]


def test_only_the_addresses_that_are_named_reach_it_and_a_rule_holds_no_more_values_than_aws_takes(
    signed_in: Platform, shop: Platform
) -> None:
    (own,) = signed_in["prod-monitoring"].all("aws_lb_listener_rule", tags={"Name": "prod-grafana"})
    (source,) = [one["source_ip"]["values"] for one in own["condition"] if "source_ip" in one]
    assert source == ["203.0.113.0/24", "198.51.100.7/32"]
    values = [value for one in own["condition"] for part in one.values() for value in part["values"]]
    assert len(values) <= 5
    (anybodys,) = shop["prod-monitoring"].all("aws_lb_listener_rule", tags={"Name": "prod-grafana"})
    assert not [one for one in anybodys["condition"] if "source_ip" in one]
