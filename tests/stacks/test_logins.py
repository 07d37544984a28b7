"""Who logs in at a database as what, and who may read which password: in the whole platform, as it is synthesized."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from config.models.data.database import INJECTED
from tests.synthesis import Checkout, Platform, Stack

IMAGE = "image: public.ecr.aws/nginx/nginx:1.29.1\n"
INTERNAL = f"kind: internal\nhealth_check: none\nport: 80\n{IMAGE}"
SERVICES = {
    "orders": f"{INTERNAL}database: {{exporter: true, variables: {{DB_URL: jdbc-url, DB_LOGIN: user}}}}\n",
    "migration": f"kind: one-off\nbefore: orders\n{IMAGE}",
    "worker": f"kind: worker\n{IMAGE}database: {{of: orders}}\n",
    "report": f"kind: scheduled-job\nschedule: {{expression: cron(0 4 * * ? *)}}\n{IMAGE}database: {{of: orders}}\n",
    "partitions": f"kind: worker\n{IMAGE}database: {{of: orders, login: schema}}\n",
    "repair": f"kind: one-off\n{IMAGE}database: {{of: orders}}\n",
    "look": f"kind: one-off\n{IMAGE}database: {{of: orders, login: data}}\n",
    "wiki": f"{INTERNAL}database: {{}}\n",
}
MASTER, SECRET = "aws_db_instance", "aws_secretsmanager_secret_version"


@pytest.fixture(scope="module")
def checkout_of_all(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("logins") / "checkout")
    checkout.keep_services("mailer")
    for name, text in SERVICES.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    return checkout


@pytest.fixture(scope="module")
def platform(checkout_of_all: Checkout) -> Platform:
    return checkout_of_all.synthesize(only="dev")


def behind(platform: Platform, stack: Stack, value: str) -> str:
    """The secret behind a reference: `master`, or its name."""
    reference = re.match(r"\$\{[^}]+\}", value)
    assert reference, value
    at, found = platform.resolve(stack, reference[0])
    kind, id_ = re.match(r"\$\{(\w+)\.([\w-]+)\.", found).groups()  # type: ignore[union-attr]
    if kind == MASTER:
        assert found.endswith(".master_user_secret[0].secret_arn}")
        return "master"
    assert kind == SECRET
    return str(at.target(at.resources[SECRET][id_]["secret_id"])["name"])


def of_databases(platform: Platform) -> list[Stack]:
    """Every stack but that of the monitoring, whose only password is Grafana's."""
    return [stack for stack in platform if stack.name != "dev-monitoring"]


def containers(stack: Stack) -> dict[str, dict[str, Any]]:
    """The container of each task definition of a stack that is not a sidecar, by its name."""
    definitions = [json.loads(one["container_definitions"]) for one in stack.all("aws_ecs_task_definition")]
    return {first["name"]: first for first, *_ in definitions}


def logins(platform: Platform, stack: Stack) -> dict[str, set[str]]:
    """The secrets that the containers of a stack are handed over, by container."""
    return {
        name: {
            behind(platform, stack, one["valueFrom"])
            for one in its["secrets"]
            if "terraform" in one["valueFrom"] or SECRET in one["valueFrom"]
        }
        for name, its in containers(stack).items()
    }


def readers(platform: Platform) -> dict[str, set[str]]:
    """The IAM roles that may read each secret of a database."""
    found: dict[str, set[str]] = {}
    for stack in of_databases(platform):
        for policy in stack.all("aws_iam_role_policy"):
            for statement in json.loads(policy["policy"])["Statement"]:
                for resource in statement["Resource"] if "secretsmanager:GetSecretValue" in statement["Action"] else ():
                    if MASTER in resource or "database-" in resource or SECRET in resource or "logins-" in resource:
                        its = stack.target(policy["role"])["name"]
                        found.setdefault(behind(platform, stack, resource), set()).add(its)
    return found


def roles(*tasks: str, code: bool = True) -> set[str]:
    return {f"dev-{task}-{role}" for task in tasks for role in ("execution", "task")[: 2 if code else 1]}


def test_the_one_off_that_makes_the_roles_alone_may_read_masters_password(platform: Platform) -> None:
    assert readers(platform) == {
        "master": roles("orders_roles", "wiki_roles", code=False),
        "dev/orders/app_schema": roles("migration", "partitions", "repair") | roles("orders_roles", code=False),
        "dev/orders/app_data": roles("orders", "worker", "report", "look") | roles("orders_roles", code=False),
        "dev/orders/app_exporter": roles("orders_postgres") | roles("orders_roles", code=False),
        "dev/wiki/app_schema": roles("wiki") | roles("wiki_roles", code=False),
        "dev/wiki/app_data": roles("wiki_roles", code=False),
    }


def test_each_task_logs_in_as_no_more_than_it_needs(platform: Platform) -> None:
    found = {name: its for stack in of_databases(platform) for name, its in logins(platform, stack).items() if its}
    data, schema = {"dev/orders/app_data"}, {"dev/orders/app_schema"}
    assert found == {
        "orders": data,
        "worker": data,
        "report": data,
        "look": data,
        "migration": schema,
        "repair": schema,
        "partitions": schema,
        "orders_postgres": {"dev/orders/app_exporter"},
        "wiki": {"dev/wiki/app_schema"},
        "orders_roles": {"master", "dev/orders/app_exporter"} | data | schema,
        "wiki_roles": {"master", "dev/wiki/app_data", "dev/wiki/app_schema"},
    }


def test_a_container_gets_the_address_as_variables_and_the_login_as_secrets(platform: Platform) -> None:
    its = containers(platform["dev-service-orders"])["orders"]
    variables = {one["name"]: one["value"] for one in its["environment"]}
    secrets = {one["name"]: one["valueFrom"].rpartition("}")[2] for one in its["secrets"]}
    assert variables.keys() | secrets.keys() == INJECTED | {"DB_URL", "DB_LOGIN"}
    assert variables["DATABASE_PORT"] == "5432"
    assert re.fullmatch(r"jdbc:postgresql://\$\{.+\}:5432/app\?sslmode=require", variables["DB_URL"])
    assert secrets == {"DATABASE_USER": ":username::", "DATABASE_PASSWORD": ":password::", "DB_LOGIN": ":username::"}


def test_a_login_is_a_secret_that_terraform_never_sees(platform: Platform) -> None:
    stack = platform["dev-logins-orders"]
    names = {one["name"]: one for one in stack.all("aws_secretsmanager_secret")}
    assert names.keys() == {f"dev/orders/app_{role}" for role in ("data", "schema", "exporter")}
    for version in stack.all(SECRET):
        role = stack.target(version["secret_id"])["name"].rpartition("/")[2]
        assert re.fullmatch(
            rf'\$\{{jsonencode\(\{{username = "{role}", password = ephemeral\.[\w.-]+\.random_password\}}\)\}}',
            version["secret_string_wo"],
        )
        assert not {"secret_string", "secret_binary"} & version.keys()


def asked(stack: Stack) -> dict[str, str]:
    """What the function is asked to run in the apply, its first invocation; Terraform's functions stand in it."""
    text = next(iter(stack.resources["aws_lambda_invocation"].values()))["input"]
    return dict(re.findall(r'"(\w+)": "((?:nonsensitive\()?[^"]*)"', text))


def test_the_roles_are_made_before_the_service_and_what_prepares_it(platform: Platform) -> None:
    for name in ("orders", "migration", "worker", "repair"):
        assert "dev-logins-orders" in platform[f"dev-service-{name}"].dependencies
    its = asked(platform["dev-logins-orders"])
    assert (its["do"], its["container"], its["family"]) == ("run", "orders_roles", "dev-orders_roles")
    assert "record" not in its, "it is run again whenever it is asked for"


def test_a_restored_database_has_its_roles_made_and_its_migrations_run_again(platform: Platform) -> None:
    """Its secret is another one, and stands in what the function is asked: see tests/e2e/test_database_restore.py."""
    for stack in (platform["dev-logins-orders"], platform["dev-service-migration"]):
        its = asked(stack)["database"].replace("nonsensitive(", "").replace(")}", "}")
        assert behind(platform, stack, its) == "master"


def test_another_password_is_set_in_the_database_and_makes_new_tasks(
    checkout_of_all: Checkout, platform: Platform
) -> None:
    text = SERVICES["orders"].replace("exporter: true", "exporter: true, password_version: 2")
    checkout_of_all.write("service_configs/orders.yaml", text)
    later = checkout_of_all.synthesize(only="dev")
    checkout_of_all.write("service_configs/orders.yaml", SERVICES["orders"])
    assert {one["secret_string_wo_version"] for one in later["dev-logins-orders"].all(SECRET)} == {2}
    assert asked(later["dev-logins-orders"])["work"] != asked(platform["dev-logins-orders"])["work"]
    changed = {stack.name for stack in later if stack.text != platform[stack.name].text}
    users = {"orders", "migration", "worker", "report", "partitions", "repair", "look"}
    assert changed == {"dev-logins-orders", *(f"dev-service-{name}" for name in users)}
    assert asked(later["dev-service-migration"])["work"] == asked(platform["dev-service-migration"])["work"]


def test_the_one_off_is_small_runs_our_image_and_may_write_nothing(platform: Platform) -> None:
    its = containers(platform["dev-logins-orders"])["orders_roles"]
    assert re.search(r"/platform/database-roles:[0-9a-f]{16}$", its["image"])
    assert its["readonlyRootFilesystem"] is True
    assert its["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    told = {one["name"]: one["value"] for one in its["environment"]} | {one["name"]: "" for one in its["secrets"]}
    assert {"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "APP_EXPORTER_PASSWORD"} <= told.keys()
    assert told["PGSSLMODE"] == "require"
