"""Tasks that end: started by the clock, or before a service's deploys."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest

from modules.rollouts.pre_deploy_task import work
from tests.settings import a_service
from tests.synthesis import Checkout, Platform, Stack

REPORT = """\
kind: scheduled-job
image: example/report:1
calls: [orders]
secrets: {TOKEN: report-token}
schedule: {expression: cron(30 3 * * ? *), timezone: Europe/Dublin}
"""
CLEANUP = "kind: scheduled-job\nschedule: {expression: rate(1 day)}\n"
MIGRATE = "kind: one-off\nbefore: ledger\ncommand: [migrate]\ntimeout_minutes: 90\n"
LEDGER = "kind: internal\nhealth_check: none\nport: 8080\ndatabase: {}\n"
TOOL = "kind: one-off\nimage: example/tool:1\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    checkout = Checkout(tmp_path_factory.mktemp("jobs") / "checkout")
    for name, text in {
        "report": REPORT,
        "cleanup": CLEANUP,
        "migrate": MIGRATE,
        "ledger": LEDGER,
        "tool": TOOL,
    }.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    checkout.write("service_configs/releases/dev.yaml", "ledger: v7\n")
    return checkout.synthesize(only="dev")


@pytest.fixture(scope="module")
def report(platform: Platform) -> Stack:
    return platform["dev-service-report"]


def container(stack: Stack) -> dict[str, object]:
    only, *_ = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    assert isinstance(only, dict)
    return only


def test_a_job_starts_by_the_clock_of_its_time_zone(report: Stack) -> None:
    schedule = report.one("aws_scheduler_schedule")
    assert schedule["schedule_expression"] == "cron(30 3 * * ? *)"
    assert schedule["schedule_expression_timezone"] == "Europe/Dublin"
    assert schedule["state"] == "ENABLED"
    assert schedule["target"]["ecs_parameters"]["network_configuration"]["assign_public_ip"] is False


def test_a_job_without_an_image_is_off(platform: Platform) -> None:
    assert platform["dev-service-cleanup"].one("aws_scheduler_schedule")["state"] == "DISABLED"


def test_a_job_is_no_service_and_nothing_can_connect_to_it(report: Stack) -> None:
    for kind in (
        "aws_ecs_service",
        "aws_service_discovery_service",
        "aws_appautoscaling_target",
        "aws_lb_target_group",
    ):
        assert not report.all(kind), kind
    own = report.id_of(report.one("aws_security_group"))
    assert not report.all("aws_vpc_security_group_ingress_rule", security_group_id=own)


def test_a_job_reaches_what_it_calls(platform: Platform, report: Stack) -> None:
    own = report.id_of(report.one("aws_security_group"))
    rule = report.one("aws_vpc_security_group_ingress_rule", referenced_security_group_id=own)
    orders, reference = platform.resolve(report, rule["security_group_id"])
    assert orders.name == "dev-service-orders"
    assert orders.target(reference) is orders.one("aws_security_group")


def test_the_scheduler_may_start_this_task_alone_in_this_cluster_and_pass_it_only_its_own_roles(report: Stack) -> None:
    policy = json.loads(report.one("aws_iam_role_policy", name="run-task")["policy"])
    by_action = {statement["Action"][0]: statement for statement in policy["Statement"]}
    (definition,) = by_action["ecs:RunTask"]["Resource"]
    assert report.target(definition) is report.one("aws_ecs_task_definition")
    assert "ecs:cluster" in by_action["ecs:RunTask"]["Condition"]["ArnEquals"]
    passed = [report.target(role)["name"] for role in by_action["iam:PassRole"]["Resource"]]
    assert sorted(passed) == ["dev-report-execution", "dev-report-task"]
    assert "sqs:SendMessage" in by_action, "and put what it gave up where people are told of it"


def test_people_are_told_of_a_run_that_ecs_refused_to_start(report: Stack) -> None:
    queue = report.one("aws_sqs_queue")
    schedule = report.one("aws_scheduler_schedule")
    assert report.target(schedule["target"]["dead_letter_config"]["arn"]) is queue
    assert queue["name"] == "dev-report_not_started", "no name of a service's queue has two underscores"
    assert queue["sqs_managed_sse_enabled"] is True

    policy = json.loads(report.one("aws_iam_role_policy", name="run-task")["policy"])
    (may_send,) = [one for one in policy["Statement"] if "sqs:SendMessage" in one["Action"]]
    assert may_send["Action"] == ["sqs:SendMessage"]
    assert [report.target(arn) for arn in may_send["Resource"]] == [queue]

    alarm = report.one("aws_cloudwatch_metric_alarm")
    assert report.target(alarm["dimensions"]["QueueName"]) is queue
    assert alarm["alarm_actions"] == ["arn:aws:sns:eu-west-1:123456789012:dev-alerts"]
    assert (alarm["threshold"], alarm["comparison_operator"]) == (0, "GreaterThanThreshold")
    assert "dev-report" in alarm["alarm_description"]


def test_the_alarm_on_what_was_not_started_is_one_that_cloudwatch_takes(report: Stack) -> None:
    alarm = report.one("aws_cloudwatch_metric_alarm")
    session = botocore.session.get_session()
    shape: Any = session.get_service_model("cloudwatch").operation_model("PutMetricAlarm").input_shape
    assert alarm["comparison_operator"] in shape.members["ComparisonOperator"].enum
    assert alarm["statistic"] in shape.members["Statistic"].enum
    target: Any = session.get_service_model("scheduler").operation_model("CreateSchedule").input_shape
    arn = target.members["Target"].members["DeadLetterConfig"].members["Arn"].metadata
    name = report.one("aws_sqs_queue")["name"]
    assert re.fullmatch(arn["pattern"], f"arn:aws:sqs:eu-west-1:123456789012:{name}")


def test_a_secret_reaches_the_task_by_reference_and_only_this_task_may_read_it(report: Stack) -> None:
    secrets = container(report)["secrets"]
    assert isinstance(secrets, list)
    (secret,) = secrets
    found = report.document["data"]["aws_secretsmanager_secret"]
    assert [data["name"] for data in found.values()] == ["dev/report/report-token"]
    policy = json.loads(report.one("aws_iam_role_policy", name="start-tasks")["policy"])
    (statement,) = [s for s in policy["Statement"] if "secretsmanager:GetSecretValue" in s["Action"]]
    assert statement["Resource"] == [secret["valueFrom"]]


def first_run(stack: Stack) -> dict[str, Any]:
    """What the first of its invocations asks; the quotes inside of an expression are not JSON's."""
    text = next(iter(stack.resources["aws_lambda_invocation"].values()))["input"]
    asked: dict[str, Any] = json.loads(re.sub(r"\$\{nonsensitive\(join\(.*?\)\)\}", "subnets", text))
    return asked


def test_a_migration_runs_the_image_that_its_service_is_about_to_run(platform: Platform) -> None:
    migration, ledger = platform["dev-service-migrate"], platform["dev-service-ledger"]
    assert container(migration)["image"] == container(ledger)["image"]
    assert str(container(migration)["image"]).endswith("/ledger:v7")
    assert container(migration)["command"] == ["migrate"]


def test_a_service_is_deployed_after_its_migration_has_run_with_the_same_release(platform: Platform) -> None:
    migration = platform["dev-service-migrate"]
    assert migration.name in platform["dev-service-ledger"].dependencies
    assert "dev-cluster" in migration.dependencies, "the function that runs it is there"
    asked = first_run(migration)
    assert asked["do"] == "run"
    assert migration.target(asked["task_definition"]) is migration.one("aws_ecs_task_definition")


def test_a_migration_may_take_as_long_as_its_file_says(platform: Platform) -> None:
    assert first_run(platform["dev-service-migrate"])["timeout_s"] == 90 * 60
    assert len(platform["dev-service-migrate"].all("aws_lambda_invocation")) == 7, "90 minutes, 14.5 at a time"


def test_a_migration_is_remembered_for_the_database_that_it_ran_on(platform: Platform) -> None:
    migration = platform["dev-service-migrate"]
    record = migration.one("aws_ssm_parameter")
    assert record["name"] == "/groundwork/dev/migrate/done"
    assert record["lifecycle"] == {"ignore_changes": ["value"]}, "the run writes it, not Terraform"
    asked = first_run(migration)
    assert migration.target(asked["record"]) is record
    secret = asked["database"].removeprefix("${nonsensitive(").removesuffix(")}")
    owner, reference = platform.resolve(migration, f"${{{secret}}}")
    assert owner.name == "dev-database-ledger"
    assert reference.endswith(".master_user_secret[0].secret_arn}")
    assert asked["work"].startswith("ledger:v7 ")


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"cpu": 512, "memory_mib": 1024}, True),
        ({"logs": {"retention_days": 7}}, True),
        ({"command": ["migrate", "--again"]}, False),
        ({"variables": {"LOCK_TIMEOUT": "5s"}}, False),
    ],
)
def test_a_migration_is_another_one_when_what_it_does_is(changed: dict[str, object], same: bool) -> None:
    given: dict[str, object] = {"kind": "one-off", "before": "ledger", "command": ["migrate"]}
    before, after = a_service("migrate", **given), a_service("migrate", **(given | changed))
    assert (work("registry/ledger:v7", before) == work("registry/ledger:v7", after)) is same
    assert work("registry/ledger:v7", before) != work("registry/ledger:v8", before)


def test_a_one_off_for_no_service_runs_only_by_hand(platform: Platform) -> None:
    tool = platform["dev-service-tool"]
    assert tool.one("aws_ecs_task_definition")
    assert not tool.all("aws_lambda_invocation")
