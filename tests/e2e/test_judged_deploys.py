"""Deploys that ECS or a migration refuses: the apply is red, what ran still runs, and the next deploy goes on from it.

In an environment of its own, of which only what these services need is deployed. The tests run in the order of this
file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from local_aws import launcher
from tests.e2e.whole_platform import Checkout

pytestmark = pytest.mark.e2e

INVOICES = "kind: internal\nport: 8080\n"
MIGRATION = """\
kind: one-off
before: orders
image: public.ecr.aws/docker/library/busybox:1.37.0
command: [echo, migrated]
"""


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Two services, one with a database."""
    home = tmp_path_factory.mktemp("staging")
    checkout = Checkout.make(home / "checkout", "staging", launcher.start(directory=home / "aws"))
    try:
        needed = ("network", "cluster", "database-orders", "service-orders", "service-mailer")
        checkout.run("deploy", *needed, "--yes")
        yield checkout
    finally:
        launcher.stop(directory=home / "aws")


def test_an_apply_is_red_after_a_rollback_or_a_failed_migration_and_green_otherwise(staging: Checkout) -> None:
    (staging.root / "service_configs/orders-migrate.yaml").write_text(MIGRATION)
    mailer = staging.root / "service_configs/mailer.yaml"
    mailer.write_text(mailer.read_text() + "variables: {MODE: new}\n")
    staging.control("ecs/fail-next-deployment?cluster=staging&service=mailer")
    staging.control("ecs/fail-next-task?cluster=staging&family=staging-orders-migrate&code=3")
    said = staging.run("deploy", "service-mailer", "service-orders-migrate", "--yes", expect=1)
    assert "ECS rolled mailer back" in said
    assert "orders-migrate failed with exit code 3" in said

    said = staging.run("deploy", "service-mailer", "service-orders-migrate", "--yes")
    assert "rolled" not in said
    (service,) = staging.aws.ecs.describe_services(cluster="staging", services=["mailer"])["services"]
    definition = staging.aws.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert {"name": "MODE", "value": "new"} in definition["containerDefinitions"][0]["environment"]
    (task, *_) = staging.aws.ecs.list_tasks(
        cluster="staging", family="staging-orders-migrate", desiredStatus="STOPPED"
    )["taskArns"]
    (ended,) = staging.aws.ecs.describe_tasks(cluster="staging", tasks=[task])["tasks"]
    assert ended["startedBy"] == "groundwork"


def test_a_rollback_runs_no_migration_that_has_been_run_on_this_database(staging: Checkout) -> None:
    migration = staging.root / "service_configs/orders-migrate.yaml"
    migration.write_text(MIGRATION.replace("1.37.0", "1.37.1"))
    staging.run("deploy", "service-orders-migrate", "--yes")

    staging.control(
        "ecs/fail-next-task?cluster=staging&family=staging-orders-migrate&code=1"
    )  # as Alembic would refuse
    migration.write_text(MIGRATION)
    assert re.search(
        "staging-service-orders-migrate: .* added", staging.run("deploy", "service-orders-migrate", "--yes")
    )
    assert "staging-service-orders-migrate: no changes" in staging.run("plan-check", "service-orders-migrate")


def test_the_first_release_is_judged_like_any_other_and_so_is_one_that_nothing_runs_of(staging: Checkout) -> None:
    def release(tag: str) -> None:
        releases = staging.root / "service_configs/releases/staging.yaml"
        releases.parent.mkdir(exist_ok=True)
        releases.write_text(f"invoices: {tag}\n")

    (staging.root / "service_configs/invoices.yaml").write_text(INVOICES)
    said = staging.run("deploy", "service-invoices", "--yes")
    assert "invoices runs nothing yet: no image is released" in said
    assert not staging.aws.ecs.describe_services(cluster="staging", services=["invoices"])["services"]

    release("v1")
    staging.control("ecs/fail-first-deployment?cluster=staging&service=invoices")
    said = " ".join(staging.run("deploy", "service-invoices", "--yes", expect=1).split())
    assert "ECS gave up on invoices, and nothing runs that it could roll back to" in said
    assert "event: (service invoices)" in said

    release("v2")
    staging.run("deploy", "service-invoices", "--yes")
    (service,) = staging.aws.ecs.describe_services(cluster="staging", services=["invoices"])["services"]
    assert service["runningCount"] == service["desiredCount"] == 2

    staging.aws.ecs.update_service(cluster="staging", service="invoices", desiredCount=0)  # as office hours do
    staging.control("ecs/fail-next-deployment?cluster=staging&service=invoices")
    release("v3")
    said = " ".join(staging.run("deploy", "service-invoices", "--yes", expect=1).split())
    assert f"it runs {service['taskDefinition'].rpartition('/')[2]} again" in said
    kept = staging.aws.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert kept["status"] == "ACTIVE", "else ECS could not start it again"
    staging.run("deploy", "service-invoices", "--yes")
    (service,) = staging.aws.ecs.describe_services(cluster="staging", services=["invoices"])["services"]
    assert service["runningCount"] == service["desiredCount"] == 2


def test_what_was_judged_and_migrated_is_destroyed_without_a_trace(staging: Checkout) -> None:
    staging.run("destroy", "service-orders-migrate", "service-invoices", "--yes")
    assert not {"staging-service-orders-migrate", "staging-service-invoices"} & staging.states.keys()
    assert not re.search("orders-migrate|invoices", staging.run("strays"))
