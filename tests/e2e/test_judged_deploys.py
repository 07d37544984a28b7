"""Deploys that ECS or a migration refuses: the apply is red, what ran still runs, and the next deploy goes on from it.

In an environment of its own, of which only what these services need is deployed. The function that judges is the real
one. The tests run in the order of this file.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cli.terraform.synthesized import read_program, waves
from local_aws import launcher
from tests.e2e.whole_platform import Checkout

pytestmark = [pytest.mark.e2e, pytest.mark.long]

INVOICES = "kind: internal\nhealth_check: none\nport: 8080\n"
MIGRATION = """\
kind: one-off
before: orders
image: public.ecr.aws/docker/library/busybox:1.37.0
command: [echo, migrated]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staging")


@pytest.fixture(scope="module")
def staging(home: Path) -> Iterator[Checkout]:
    """The whole environment, with a migration; synthesized, and nothing else yet."""
    checkout = Checkout.make(home / "checkout", "staging", launcher.start(directory=home / "aws"))
    try:
        (checkout.root / "service_configs/orders-migrate.yaml").write_text(MIGRATION)
        checkout.run("bootstrap")
        checkout.run("synth")
        yield checkout
    finally:
        launcher.stop(directory=home / "aws")


def service(staging: Checkout, name: str) -> Any:
    (found,) = staging.aws.ecs.describe_services(cluster="staging", services=[name])["services"]
    return found


def migrations(staging: Checkout) -> list[Any]:
    """Every task that was started to migrate orders, the oldest first."""
    ecs, family = staging.aws.ecs, "staging-orders-migrate"
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks(cluster="staging", family=family, desiredStatus=status)["taskArns"]
    ]
    tasks = ecs.describe_tasks(cluster="staging", tasks=arns)["tasks"] if arns else []
    return sorted(tasks, key=lambda task: task["createdAt"])


def migrate(staging: Checkout, version: str, *, code: int = 0, seconds: int = 0) -> None:
    """Write another migration, and decide how its next task ends."""
    text = MIGRATION.replace("1.37.0", version)
    (staging.root / "service_configs/orders-migrate.yaml").write_text(text)
    end = f"ecs/next-task?cluster=staging&family=staging-orders-migrate&code={code}&seconds={seconds}"
    staging.control(end)


def test_terraform_alone_applies_the_copied_json_and_waits_for_migrations_and_rollouts(
    staging: Checkout, home: Path
) -> None:
    """The way out of CDKTF (docs/adr/0001): nothing of this repository is there, nor on the path."""
    order = waves(read_program(staging.root, "staging").stacks)
    shutil.copytree(staging.root / "cdktf.out/stacks", home / "copy")
    shutil.rmtree(staging.root / "cdktf.out")
    environment = {**staging.terraform_environment, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}

    def apply(stack: str, *, expect: int = 0) -> str:
        said = ""
        for command in (["init"], ["apply", "-auto-approve"]):
            done = subprocess.run(
                ["terraform", *command, "-input=false", "-no-color"],
                cwd=home / "copy" / f"staging-{stack}",
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=600,
            )
            said += done.stdout
        assert done.returncode == expect, said
        return said

    for wave in order:
        names = [stack.name for stack in wave]
        if "service-orders-migrate" in names:
            staging.control("ecs/next-task?cluster=staging&family=staging-orders-migrate&code=7")
            said = apply("service-orders-migrate", expect=1)
            assert r"orders-migrate failed with exit code 7" in said
            assert r"\n  log: the process ends with 7" in said
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(apply, names))
    assert [task["containers"][0]["exitCode"] for task in migrations(staging)] == [7, 0]
    assert {path.name for path in (home / "copy").glob("staging-*")} == set(staging.states)


def test_an_apply_is_red_after_a_rollback_or_a_failed_migration_and_green_otherwise(staging: Checkout) -> None:
    mailer = staging.root / "service_configs/mailer.yaml"
    mailer.write_text(mailer.read_text() + "variables: {MODE: new}\n")
    staging.control("ecs/fail-next-deployment?cluster=staging&service=mailer")
    before = len(migrations(staging))
    migrate(staging, "1.36.9", code=3)
    said = staging.run("deploy", "service-mailer", "service-orders-migrate", "--yes", expect=1)
    assert "ECS rolled mailer back" in said
    assert "\n    event: (service mailer)" in said
    assert "orders-migrate failed with exit code 3 (Essential container in task exited)" in said
    assert "log: the process ends with 3" in said

    said = staging.run("deploy", "service-mailer", "service-orders-migrate", "--yes")
    assert "rolled" not in said
    definition = staging.aws.ecs.describe_task_definition(taskDefinition=service(staging, "mailer")["taskDefinition"])
    assert {"name": "MODE", "value": "new"} in definition["taskDefinition"]["containerDefinitions"][0]["environment"]
    codes = [task["containers"][0]["exitCode"] for task in migrations(staging)[before:]]
    assert codes == [3, 0], "the next apply has run it again, once"


def test_a_rollback_runs_no_migration_that_has_been_run_on_this_database(staging: Checkout) -> None:
    migrate(staging, "1.37.1")
    staging.run("deploy", "service-orders-migrate", "--yes")

    migrate(staging, "1.37.0", code=1)  # as Alembic would refuse
    said = staging.run("deploy", "service-orders-migrate", "--yes")
    assert re.search("staging-service-orders-migrate: .* added", said)
    assert "staging-service-orders-migrate: no changes" in staging.run("drift", "service-orders-migrate")
    migrate(staging, "1.37.0")


@pytest.fixture
def short_invocations(staging: Checkout) -> Iterator[None]:
    """Ten seconds instead of fifteen minutes; a migration has five of them."""
    staging.control("lambda/limit?seconds=10")
    yield
    staging.control("lambda/limit?seconds=0")


@pytest.mark.usefixtures("short_invocations")
def test_a_migration_that_is_interrupted_and_outlasts_an_invocation_goes_on_and_is_waited_for(
    staging: Checkout,
) -> None:
    before = len(migrations(staging))
    migrate(staging, "1.37.2", seconds=45)
    first = staging.start("deploy", "service-orders-migrate", "--yes")
    deadline = time.monotonic() + 300
    while len(migrations(staging)) == before:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    first.signal(signal.SIGINT)
    first.finish(expect=130)

    staging.run("deploy", "service-orders-migrate", "--yes")
    (task,) = migrations(staging)[before:]
    assert task["containers"][0]["exitCode"] == 0
    assert task["startedBy"].startswith("groundwork/")

    migrate(staging, "1.37.3", code=4, seconds=14)
    said = staging.run("deploy", "service-orders-migrate", "--yes", expect=1)
    assert "failed with exit code 4" in said, "in the second invocation or a later one"
    staging.run("deploy", "service-orders-migrate", "--yes")
    codes = [task["containers"][0]["exitCode"] for task in migrations(staging)[before:]]
    assert codes == [0, 4, 0], "what the first invocations had seen was not taken for the new apply's"


def test_a_service_that_ecs_calls_healthy_and_that_dies_is_rolled_back(staging: Checkout) -> None:
    good = service(staging, "orders")["taskDefinition"]
    orders = staging.root / "service_configs/orders.yaml"
    orders.write_text(orders.read_text() + "variables: {MODE: new}\n")
    staging.control("ecs/crash-next-deployment?cluster=staging&service=orders")
    said = staging.run("deploy", "service-orders", "--yes", expect=1)
    assert "orders does not keep running" in said
    assert f"orders was rolled back to {good.rpartition('/')[2]}" in said
    assert "container orders: exit code 1" in said
    assert service(staging, "orders")["taskDefinition"] == good

    staging.run("deploy", "service-orders", "--yes")
    assert service(staging, "orders")["taskDefinition"] != good
    shown = staging.run("service rollout", "orders")
    assert "orders: 2 tasks wanted; " in shown
    assert f"{service(staging, 'orders')['taskDefinition'].rpartition('/')[2]} (primary, completed): 2 running" in shown


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
    said = staging.run("deploy", "service-invoices", "--yes", expect=1)
    assert "ECS gave up on invoices, and nothing runs that it could roll back to" in said
    assert "event: (service invoices)" in said

    release("v2")
    staging.run("deploy", "service-invoices", "--yes")
    first = service(staging, "invoices")
    assert first["runningCount"] == first["desiredCount"] == 2

    staging.aws.ecs.update_service(cluster="staging", service="invoices", desiredCount=0)  # as office hours do
    staging.control("ecs/fail-next-deployment?cluster=staging&service=invoices")
    release("v3")
    said = staging.run("deploy", "service-invoices", "--yes", expect=1)
    assert f"it runs {first['taskDefinition'].rpartition('/')[2]} again" in said
    kept = staging.aws.ecs.describe_task_definition(taskDefinition=first["taskDefinition"])["taskDefinition"]
    assert kept["status"] == "ACTIVE", "else ECS could not start it again"
    staging.run("deploy", "service-invoices", "--yes")
    now = service(staging, "invoices")
    assert now["runningCount"] == now["desiredCount"] == 2


def test_another_log_class_replaces_no_log_and_a_failure_is_read_from_it(staging: Checkout) -> None:
    group, infrequent = "/staging/services/orders-migrate", "/staging/services/orders-migrate/infrequent"

    def deploy(version: str, log_class: str, *, code: int = 0) -> str:
        migrate(staging, version, code=code)
        file = staging.root / "service_configs/orders-migrate.yaml"
        file.write_text(f"{file.read_text()}logs: {{destination: cloudwatch{log_class}}}\n")
        return staging.run("deploy", "service-orders-migrate", "--yes", expect=1 if code else 0)

    def groups() -> dict[str, tuple[str, int]]:
        """The class of each, and when it was made."""
        found = staging.aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return {one["logGroupName"]: (one["logGroupClass"], one["creationTime"]) for one in found}

    deploy("1.38.0", "")
    before = groups()
    assert [its[0] for its in before.values()] == ["STANDARD"]
    said = deploy("1.38.1", ", log_class: infrequent-access", code=5)
    assert f"its log is in {infrequent}" in said
    assert "log: the process ends with 5" in said, "GetLogEvents is refused there"
    staging.run("deploy", "service-orders-migrate", "--yes")
    both = groups()
    assert both.keys() == {group, infrequent}
    assert (both[group], both[infrequent][0]) == (before[group], "INFREQUENT_ACCESS")
    assert "staging-service-orders-migrate: no changes" in staging.run("drift", "service-orders-migrate")
    shown = staging.run("logs", "orders-migrate")
    assert re.findall(r"the process ends with \d", shown) == ["the process ends with 5", "the process ends with 0"]
    assert "--follow: " in staging.run("logs", "orders-migrate", "--follow", expect=2)

    deploy("1.38.2", ", log_class: standard")
    assert groups() == both, "neither is another group"
    assert "the process ends with 0" in staging.run("logs", "orders-migrate")
    kept = staging.run("logs", "orders-migrate", "--log-class", "infrequent-access")
    assert "the process ends with 5" in kept

    deploy("1.38.3", "")
    assert groups() == before
    assert "the process ends with 0" in staging.run("logs", "orders-migrate")
    migrate(staging, "1.38.3")


def test_what_was_judged_and_migrated_is_destroyed_without_a_trace(staging: Checkout) -> None:
    staging.run("destroy", "service-orders-migrate", "service-invoices", "--yes")
    assert not {"staging-service-orders-migrate", "staging-service-invoices"} & staging.states.keys()
    assert not re.search("orders-migrate|invoices", staging.run("unmanaged"))
