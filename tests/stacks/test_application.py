"""One application of several services: they share an image at one release, and a database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.synthesis import Checkout, Platform, Stack

FILES = {
    "web": "kind: public-web\nport: 8000\ndatabase: {}\ncommand: [gunicorn, app]\n",
    "worker": "kind: worker\nimage: {of: web}\ndatabase: {of: web}\ncommand: [celery, worker]\n",
    "beat": "kind: worker\nimage: {of: web}\ndatabase: {of: web, variables: {DATABASE_URL: url, ALSO: url}}\n"
    "entrypoint: [/app/run]\ncommand: [celery, beat]\nscaling: {singleton: true}\n",
    "migrate": "kind: one-off\nbefore: [web, worker]\ncommand: [manage.py, migrate]\n",
    "flyway": "kind: one-off\nbefore: web\nimage: docker.io/flyway/flyway:11\ndatabase:\n  of: web\n  variables:\n"
    "    FLYWAY_URL: jdbc-url\n    FLYWAY_USER: user\n    FLYWAY_PASSWORD: password\n",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    checkout = Checkout(tmp_path_factory.mktemp("application") / "checkout")
    checkout.keep_services()
    for name, text in FILES.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    checkout.write("service_configs/releases/dev.yaml", "web: v42\n")
    return checkout.synthesize(only="dev")


def container(stack: Stack) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    return found[0]


def test_one_release_names_the_image_of_all(platform: Platform) -> None:
    images = {name: container(platform[f"dev-service-{name}"])["image"].rpartition("/")[2] for name in FILES}
    assert images == dict.fromkeys(FILES, "web:v42") | {"flyway": "flyway:11"}


@pytest.mark.parametrize("name", [name for name in FILES if name != "flyway"])
def test_each_may_pull_what_it_runs(name: str, platform: Platform) -> None:
    (policy,) = platform[f"dev-service-{name}"].all("aws_iam_role_policy", name="start-tasks")
    pulled = [
        one["Resource"] for one in json.loads(policy["policy"])["Statement"] if "ecr:BatchGetImage" in one["Action"]
    ]
    assert any(resource.endswith(":repository/web") for resource in pulled[0])


@pytest.mark.parametrize("name", FILES)
def test_each_reaches_the_one_database_and_may_log_in(name: str, platform: Platform) -> None:
    stack = platform[f"dev-service-{name}"]
    (way,) = stack.all("aws_vpc_security_group_ingress_rule", from_port=5432)
    owner, _ = platform.resolve(stack, way["security_group_id"])
    assert owner.name == "dev-database-web"
    assert {one["name"] for one in container(stack)["secrets"]} >= {"DATABASE_USER", "DATABASE_PASSWORD"}
    assert len(stack.all("aws_iam_role_policy", name="database-login")) == 2


def test_there_is_one_database(platform: Platform) -> None:
    assert [stack.name for stack in platform if stack.all("aws_db_instance")] == ["dev-database-web"]


def test_a_migration_runs_before_everything_that_it_prepares(platform: Platform) -> None:
    prepared = {stack.name for stack in platform if "dev-service-migrate" in stack.dependencies}
    assert prepared == {"dev-service-web", "dev-service-worker"}


def test_a_singleton_is_never_two(platform: Platform) -> None:
    service, other = (platform[f"dev-service-{name}"].one("aws_ecs_service") for name in ("beat", "worker"))
    keys = ("deployment_minimum_healthy_percent", "deployment_maximum_percent", "availability_zone_rebalancing")
    assert [service[key] for key in keys] == [0, 100, "DISABLED"]
    assert [other[key] for key in keys] == [100, 200, "ENABLED"]
    (target,) = platform["dev-service-beat"].all("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (1, 1)


def test_names_of_a_framework_hold_the_parts_and_no_password(platform: Platform) -> None:
    found = container(platform["dev-service-flyway"])
    (url,) = [one["value"] for one in found["environment"] if one["name"] == "FLYWAY_URL"]
    assert url.startswith("jdbc:postgresql://${")
    assert url.endswith(":5432/app?sslmode=require")
    read = {one["name"]: one["valueFrom"].rpartition("}")[2] for one in found["secrets"]}
    assert read["FLYWAY_USER"] == read["DATABASE_USER"] == ":username::"
    assert read["FLYWAY_PASSWORD"] == read["DATABASE_PASSWORD"] == ":password::"


def test_a_url_is_put_together_before_the_program_starts(platform: Platform) -> None:
    found = container(platform["dev-service-beat"])
    assert found["entryPoint"][:2] == ["/bin/sh", "-c"]
    assert 'export ALSO="$url"\nexport DATABASE_URL="$url"\n' in found["entryPoint"][2]
    assert "$${rest#?}" in found["entryPoint"][2], "the shell's own, not Terraform's"
    assert found["command"] == ["/app/run", "celery", "beat"]
    assert "entryPoint" not in container(platform["dev-service-worker"])
