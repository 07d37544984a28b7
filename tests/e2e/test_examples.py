"""The applications of examples/, deployed by one apply into one environment of the embedded AWS."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from config.loader.platform import load_platform
from config.models.service.service import Service
from local_aws import launcher
from tests.e2e.whole_platform import Checkout
from tests.synthesis import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ENVIRONMENT, WATCHED = "staging", "shop-catalogue"
SECRETS = {"tickets-web": "secret-key", "forum-web": "rails-master-key", "shop-mailer": "smtp-password"}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """All of them, released and deployed with what they need; CloudWatch has their logs, without stacks of its own."""
    home = tmp_path_factory.mktemp("examples")
    checkout = Checkout.make(home / "checkout", ENVIRONMENT, launcher.start(directory=home / "aws"))
    try:
        shutil.rmtree(checkout.root / "service_configs")
        (checkout.root / "service_configs").mkdir()
        for file in (ROOT / "examples").glob("*/service_configs/*.yaml"):
            shutil.copy(file, checkout.root / "service_configs")
        watched = checkout.root / f"service_configs/{WATCHED}.yaml"
        text = watched.read_text()
        assert "\ndatabase:\n" in text
        watched.write_text(text.replace("\ndatabase:\n", "\ntracing: {}\ndatabase:\n  exporter: true\n"))
        environment = checkout.root / f"environments/{ENVIRONMENT}.yaml"
        text = environment.read_text()
        assert "\nlogging:\n" in text
        environment.write_text(text.replace("\nlogging:\n", "\nlogging:\n  destination: cloudwatch\n"))
        for service in services(checkout):
            if service.public_image is None and service.repository == service.name:
                folder = checkout.root / f"service_configs/releases/{ENVIRONMENT}"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{service.name}.yaml").write_text("tag: v1\n")
        checkout.run("bootstrap")
        for name, secret in SECRETS.items():
            checkout.run("secret set", name, secret, stdin="value")
        stacks = ["network", "edge", "cluster", *(f"service-{service.name}" for service in services(checkout))]
        stacks += [f"database-{service.name}" for service in services(checkout) if service.own_database]
        checkout.run("synth")
        stacks += [
            stack.removeprefix(f"{ENVIRONMENT}-")
            for stack in checkout.stacks
            if stack.startswith((f"{ENVIRONMENT}-storage-", f"{ENVIRONMENT}-rollouts"))
        ]
        checkout.run("deploy", *stacks, "--yes")
        yield checkout
    finally:
        launcher.stop(directory=home / "aws")


def services(checkout: Checkout) -> tuple[Service, ...]:
    return load_platform(checkout.root, only=ENVIRONMENT)[0].services


def running(checkout: Checkout, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(names), 10):
        page = checkout.aws.ecs.describe_services(cluster=ENVIRONMENT, services=names[start : start + 10])["services"]
        found |= {service["serviceName"]: service for service in page}
    return found


def test_each_service_runs_its_tasks(examples: Checkout) -> None:
    kept = [service for service in services(examples) if service.kind.keeps_running]
    found = running(examples, [service.name for service in kept])
    assert set(found) == {service.name for service in kept}
    for service in kept:
        its = found[service.name]
        assert its["desiredCount"] == service.scaling.min_tasks, service.name
        assert its["runningCount"] == its["desiredCount"], service.name
    assert found["thumbs-worker"]["desiredCount"] == 0


def test_each_migration_ran_before_what_it_prepares(examples: Checkout) -> None:
    ecs = examples.aws.ecs
    for job in ("tickets-migrate", "forum-migrate", "ledger-migrate"):
        arns = ecs.list_tasks(cluster=ENVIRONMENT, family=f"{ENVIRONMENT}-{job}", desiredStatus="STOPPED")["taskArns"]
        assert arns, job
        for task in ecs.describe_tasks(cluster=ENVIRONMENT, tasks=arns)["tasks"]:
            codes = [its.get("exitCode") for its in task["containers"] if its["name"] == job]
            assert codes in ([0], []), job


def test_the_exporter_of_a_database_runs_under_its_name_and_knows_the_password_by_reference(examples: Checkout) -> None:
    (service,) = running(examples, [f"{WATCHED}_postgres"]).values()
    assert service["runningCount"] == service["desiredCount"] == 1
    (registry,) = service["serviceRegistries"]
    names = {found["Arn"]: found["Name"] for found in examples.aws.names.list_services()["Services"]}
    assert names[registry["registryArn"]] == f"{WATCHED}_postgres"
    task = examples.aws.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = task["containerDefinitions"]
    (database,) = [
        one
        for one in examples.aws.rds.describe_db_instances()["DBInstances"]
        if one["DBInstanceIdentifier"] == f"{ENVIRONMENT}-{WATCHED}"
    ]
    told = {one["name"]: one["value"] for one in container["environment"]}
    assert told["DATA_SOURCE_URI"] == f"{database['Endpoint']['Address']}:5432/app?sslmode=require"
    references = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    secret = rf"arn:aws:secretsmanager:.+:secret:{ENVIRONMENT}/{WATCHED}/app_exporter-\w{{6}}"
    assert re.fullmatch(rf"{secret}:password::", references["DATA_SOURCE_PASS"])


def test_a_traced_service_has_its_collector_and_the_right_to_write_to_x_ray(examples: Checkout) -> None:
    (service,) = running(examples, [WATCHED]).values()
    task = examples.aws.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    containers = {one["name"]: one for one in task["containerDefinitions"]}
    assert [name for name, one in containers.items() if one["essential"]] == [WATCHED]
    assert containers["otel-collector"]["image"].partition(":")[0].endswith("/platform/otel-collector")
    told = {one["name"]: one["value"] for one in containers[WATCHED]["environment"]}
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    role = task["taskRoleArn"].rpartition("/")[2]
    policy = examples.aws.iam.get_role_policy(RoleName=role, PolicyName="tracing")["PolicyDocument"]
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


def test_nothing_is_left_to_change(examples: Checkout) -> None:
    """Of each application one service, and what it owns; drift ends with 3 where anything would change."""
    owners = ("tickets-web", "forum-web", "ledger", "shop-catalogue", "rates", "thumbs-worker")
    said = examples.run("drift", *(f"service-{name}" for name in owners))
    assert said.count(": no changes") == len(owners)
