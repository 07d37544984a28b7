"""The stack of a service's database, and what the service's own stack takes from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.synthesis import Checkout, Platform, Stack

ORDERS = "kind: internal\nhealth_check: none\nimage: public.ecr.aws/nginx/nginx:1.29.1\nport: 80\ndatabase: {}\n"
MIGRATION = "kind: one-off\nbefore: orders\nimage: public.ecr.aws/nginx/nginx:1.29.1\n"


@pytest.fixture
def platform(checkout: Checkout) -> Platform:
    checkout.keep_services("mailer")
    checkout.write("service_configs/orders.yaml", ORDERS)
    checkout.write("service_configs/migration.yaml", MIGRATION)
    return checkout.synthesize(only="dev")


def callers(platform: Platform, group: str) -> set[str]:
    """The stacks that open the database's security group to a group of theirs."""
    found = set()
    for stack in platform:
        for rule in stack.all("aws_vpc_security_group_ingress_rule"):
            _, opened = platform.resolve(stack, rule["security_group_id"])
            if opened == group and opened != rule["security_group_id"]:
                found.add(stack.name)
    return found


def container(stack: Stack) -> dict[str, Any]:
    its, *_ = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    found: dict[str, Any] = its
    return found


def test_its_service_and_what_runs_before_its_deploys_can_connect_and_nobody_else(platform: Platform) -> None:
    group = platform["dev-database-orders"].id_of(
        platform["dev-database-orders"].one("aws_security_group", name="dev-orders-database")
    )
    assert callers(platform, group) == {"dev-logins-orders", "dev-service-orders", "dev-service-migration"}


def test_the_task_finds_the_database_in_its_variables(platform: Platform) -> None:
    for name in ("dev-service-orders", "dev-service-migration"):
        its = container(platform[name])
        assert {entry["name"] for entry in its["environment"]} == {
            "DATABASE_HOST",
            "DATABASE_NAME",
            "DATABASE_PASSWORD_VERSION",
            "DATABASE_PORT",
            "DATABASE_SECRET_ARN",
        }
        assert {entry["name"] for entry in its["secrets"]} == {"DATABASE_PASSWORD", "DATABASE_USER"}
    assert container(platform["dev-service-mailer"])["secrets"] == []


def test_no_task_is_defined_before_it_may_read_the_password(platform: Platform) -> None:
    stack = platform["dev-service-orders"]
    policies = {f"aws_iam_role_policy.{id_}" for id_ in stack.resources["aws_iam_role_policy"] if "database" in id_}
    assert policies
    assert policies <= set(stack.one("aws_ecs_task_definition")["depends_on"])


def test_the_database_is_deployed_before_its_service_and_does_not_depend_on_it(platform: Platform) -> None:
    assert {"dev-database-orders", "dev-logins-orders"} <= platform["dev-service-orders"].dependencies
    assert platform["dev-database-orders"].dependencies == {"dev-network"}


def test_no_deploy_of_the_service_changes_the_database(checkout: Checkout, platform: Platform) -> None:
    checkout.write("service_configs/orders.yaml", ORDERS.replace("80", "8080") + "cpu: 1024\nmemory_mib: 4096\n")
    checkout.remove("service_configs/migration.yaml")
    later = checkout.synthesize(only="dev")
    assert later["dev-database-orders"].text == platform["dev-database-orders"].text


def test_each_loosened_safeguard_says_why_beside_the_resource(platform: Platform) -> None:
    skips = platform["dev-database-orders"].one("aws_db_instance")["//"]["checkov"]
    assert skips.keys() == {"CKV_AWS_157", "CKV_AWS_293"}
