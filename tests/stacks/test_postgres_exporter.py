"""The exporter of a service's database, in the stack of its service."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.loaders import Loader

from config.models.monitoring.postgres_exporter import exporter_of
from monitoring.prometheus import CONFIG
from tests.images.conftest import rendered
from tests.synthesis import Attributes, Checkout, Platform, Stack

ORDERS = "kind: internal\nhealth_check: none\nimage: public.ecr.aws/nginx/nginx:1.29.1\nport: 80\n"
WITHOUT, WITH = f"{ORDERS}database: {{}}\n", f"{ORDERS}database: {{exporter: true}}\n"
JOB = "kind: one-off\nimage: public.ecr.aws/nginx/nginx:1.29.1\ndatabase: {exporter: true}\n"
SHARING = f"{ORDERS}database: {{of: orders}}\n"
EXPORTER, PORT = "orders_postgres", 9187


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, Platform]:
    """The platform without the exporter, and with it; a job has a database of its own, another service shares one."""
    checkout = Checkout(tmp_path_factory.mktemp("exporter") / "checkout")
    checkout.keep_services("mailer")
    checkout.write("service_configs/orders.yaml", WITHOUT)
    before = checkout.synthesize(only="dev")
    checkout.write("service_configs/orders.yaml", WITH)
    checkout.write("service_configs/report.yaml", JOB)
    checkout.write("service_configs/basket.yaml", SHARING)
    return before, checkout.synthesize(only="dev")


@pytest.fixture(scope="module")
def stack(platforms: tuple[Platform, Platform]) -> Stack:
    return platforms[1]["dev-service-orders"]


def task(stack: Stack) -> Attributes:
    return stack.one("aws_ecs_task_definition", family=f"dev-{EXPORTER}")


def container(stack: Stack) -> dict[str, Any]:
    (only,) = json.loads(task(stack)["container_definitions"])
    found: dict[str, Any] = only
    return found


def group(stack: Stack) -> str:
    return stack.id_of(stack.one("aws_security_group", name=f"dev-{EXPORTER}"))


def rules(stack: Stack, kind: str) -> list[Attributes]:
    return stack.all(f"aws_vpc_security_group_{kind}_rule", security_group_id=group(stack))


def test_nothing_is_added_until_the_file_asks_and_the_databases_stack_never_changes(
    platforms: tuple[Platform, Platform],
) -> None:
    before, after = platforms
    assert not [name for stack in before for name in stack.text.split('"') if name.endswith("_postgres")]
    assert before["dev-database-orders"].text == after["dev-database-orders"].text


def test_a_job_has_its_exporter_and_who_shares_a_database_has_none(platforms: tuple[Platform, Platform]) -> None:
    made = {stack.name for stack in platforms[1] for one in stack.all("aws_ecs_service") if "_" in one["name"]}
    assert made == {"dev-service-orders", "dev-service-report"}


def test_it_is_told_where_the_database_is_and_reads_its_password_by_reference(stack: Stack) -> None:
    its = container(stack)
    (told,) = (one["value"] for one in its["environment"] if one["name"] == "DATA_SOURCE_URI")
    assert re.fullmatch(r"\$\{data\.terraform_remote_state\..+\}:5432/app\?sslmode=require", told)
    references = {one["name"]: one["valueFrom"].rpartition("}")[2] for one in its["secrets"]}
    assert references["DATA_SOURCE_USER"] == ":username::"
    assert references["DATA_SOURCE_PASS"] == ":password::"


def test_it_is_small_runs_our_image_and_may_write_nothing(stack: Stack) -> None:
    its = container(stack)
    assert (task(stack)["cpu"], task(stack)["memory"]) == ("256", "512")
    assert re.search(r"/platform/postgres-exporter:[0-9a-f]{16}$", its["image"])
    assert its["readonlyRootFilesystem"] is True
    assert its["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


def test_prometheus_alone_reaches_it_and_it_reaches_the_database_and_awss_apis_alone(
    platforms: tuple[Platform, Platform], stack: Stack
) -> None:
    (entry,) = rules(stack, "ingress")
    assert (entry["from_port"], entry["to_port"]) == (PORT, PORT)
    at, reference = platforms[1].resolve(stack, entry["referenced_security_group_id"])
    assert at.target(reference)["name"] == "dev-scraper"
    assert sorted((rule["from_port"], rule["to_port"]) for rule in rules(stack, "egress")) == [(443, 443), (5432, 5432)]
    (to_database,) = (rule for rule in rules(stack, "egress") if rule["from_port"] == 5432)
    at, reference = platforms[1].resolve(stack, to_database["referenced_security_group_id"])
    assert at.target(reference)["name"] == "dev-orders-database"


def test_it_registers_its_name_and_no_deploy_waits_for_it(stack: Stack) -> None:
    names = {one["name"] for one in stack.all("aws_service_discovery_service")}
    assert names == {"orders", EXPORTER}
    service = stack.one("aws_ecs_service", name=EXPORTER)
    assert service["desired_count"] == 1
    assert service["wait_for_steady_state"] is False
    assert EXPORTER not in json.dumps(stack.resources["aws_lambda_invocation"])


def test_it_keeps_the_databases_office_hours(stack: Stack) -> None:
    service = next(id_ for id_, one in stack.resources["aws_ecs_service"].items() if one["name"] == EXPORTER)
    target = next(
        id_ for id_, one in stack.resources["aws_appautoscaling_target"].items() if service in one["resource_id"]
    )
    actions = {
        one["name"]: one["scalable_target_action"]
        for one in stack.all("aws_appautoscaling_scheduled_action")
        if target in one["resource_id"]
    }
    assert actions == {
        "start": {"min_capacity": "1", "max_capacity": "1"},
        "stop": {"min_capacity": "0", "max_capacity": "0"},
    }


def test_prometheus_finds_it_by_name_and_labels_it_with_the_service(checkout: Checkout) -> None:
    checkout.write("service_configs/orders.yaml", WITH)
    config = rendered(checkout.root, "prometheus", CONFIG, "dev")
    (job,) = (one for one in config["scrape_configs"] if one["job_name"] == "postgres-exporter")
    (found,) = job["dns_sd_configs"]
    assert (found["names"], found["port"]) == ([f"{EXPORTER}.app.local"], PORT)
    (relabel,) = job["relabel_configs"]
    assert relabel["target_label"] == "service"
    assert re.fullmatch(relabel["regex"], f"{EXPORTER}.app.local").groups() == ("orders",)  # type: ignore[union-attr]


def test_its_longest_name_is_one_that_aws_takes() -> None:
    longest = exporter_of("a" * 22)
    model = Loader().load_service_model("servicediscovery", "service-2")["shapes"]
    assert re.fullmatch(model["ServiceName"]["pattern"], longest)
    model = Loader().load_service_model("iam", "service-2")["shapes"]["roleNameType"]
    role = f"{'e' * 9}-{longest}-execution"
    assert re.fullmatch(model["pattern"], role)
    assert len(role) <= model["max"]
