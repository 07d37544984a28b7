"""How many tasks run: by what they do, and by the clock."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.ecs_service import EcsService

from config.models.environment.office_hours import OfficeHours
from config.models.service.scaling import Scaling
from modules.ecs.cluster import EcsCluster
from modules.ecs.scaling.autoscaling import Autoscaling
from modules.ecs.scaling.start_order import hours_in_order
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, a_network, a_service, an_environment
from tests.synthesis import Stack, synthesize_construct
from tests.terraform_validation import provider_says

HOURS = OfficeHours(start=time(7, 30), stop=time(19), timezone="Europe/Dublin")


def autoscaling(*, office_hours: OfficeHours | None = None, **scaling: object) -> Stack:
    def build(stack: TerraformStack) -> None:
        cluster = EcsCluster(
            stack,
            "cluster",
            environment=an_environment(),
            vpc=Vpc(stack, "vpc", name="test", region="eu-west-1", settings=a_network()),
            log_key=LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region="eu-west-1"),
            encryption_key=EncryptionKey(stack, "data-key", name="test", account_id=ACCOUNT),
            tags={},
        )
        Autoscaling(
            stack,
            "autoscaling",
            cluster=cluster,
            service=EcsService(stack, "service", name="orders"),
            requests_label="app/edge/1/targetgroup/orders/2",
            office_hours=office_hours,
            settings=Scaling.model_validate(scaling),
        )

    return synthesize_construct(build)


def measures(stack: Stack) -> set[str]:
    return {policy["name"] for policy in stack.all("aws_appautoscaling_policy")}


def test_the_number_of_tasks_stays_in_its_range() -> None:
    target = autoscaling(min_tasks=3, max_tasks=12).one("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (3, 12)


def test_each_measure_can_be_switched_off_and_requests_on() -> None:
    assert measures(autoscaling(memory_percent=80)) == {"cpu", "memory"}
    assert measures(autoscaling(cpu_percent=None, requests_per_task=1000)) == {"requests"}


def test_memory_moves_nothing_unless_it_is_asked_to() -> None:
    """It does not fall with more tasks: a program with much of it would stand at its most tasks for ever."""
    assert measures(autoscaling()) == {"cpu"}


def test_without_office_hours_the_clock_moves_nothing() -> None:
    assert autoscaling().all("aws_appautoscaling_scheduled_action") == []


def test_at_the_end_of_the_day_every_task_stops() -> None:
    stop = autoscaling(office_hours=HOURS).one("aws_appautoscaling_scheduled_action", name="stop")
    assert (stop["schedule"], stop["timezone"]) == ("cron(0 19 ? * MON,TUE,WED,THU,FRI *)", "Europe/Dublin")
    assert stop["scalable_target_action"] == {"min_capacity": "0", "max_capacity": "0"}


def test_in_the_morning_the_range_is_the_services_own_again() -> None:
    stack = autoscaling(office_hours=HOURS, min_tasks=2, max_tasks=6)
    start = stack.one("aws_appautoscaling_scheduled_action", name="start")
    assert (start["schedule"], start["timezone"]) == ("cron(30 7 ? * MON,TUE,WED,THU,FRI *)", "Europe/Dublin")
    assert start["scalable_target_action"] == {"min_capacity": "2", "max_capacity": "6"}


@pytest.mark.parametrize(
    ("kind", "depth", "starts"),
    [("internal", 0, time(7, 20)), ("internal", 1, time(7, 23)), ("internal", 9, time(7, 29))]
    + [(kind, 0, time(7, 30)) for kind in ("public-web", "worker")],
)
def test_what_is_called_starts_before_its_callers(kind: str, depth: int, starts: time) -> None:
    """Who asks for a name too early is told that there is none, and keeps that answer."""
    hours = hours_in_order(HOURS, a_service(kind=kind), depth=depth)
    assert hours is not None
    assert (hours.start, hours.stop) == (starts, HOURS.stop)
    assert HOURS.around.start < starts, "databases are there first"


RUSH = {"at": "cron(0 7 ? * MON-FRI *)", "timezone": "Europe/Dublin", "min_tasks": 6, "max_tasks": 20}


def test_a_plan_sets_another_range_at_its_time() -> None:
    rush = autoscaling(schedule={"morning-rush": RUSH}).one("aws_appautoscaling_scheduled_action")
    assert (rush["name"], rush["schedule"], rush["timezone"]) == ("plan-morning-rush", RUSH["at"], "Europe/Dublin")
    assert rush["scalable_target_action"] == {"min_capacity": "6", "max_capacity": "20"}


def test_a_deploy_within_a_planned_range_leaves_it_as_it_is() -> None:
    target = autoscaling(schedule={"morning-rush": RUSH}).one("aws_appautoscaling_target")
    assert target["lifecycle"]["ignore_changes"] == ["min_capacity", "max_capacity"]
    assert "lifecycle" not in autoscaling().one("aws_appautoscaling_target")
    assert "lifecycle" not in autoscaling(office_hours=HOURS, schedule={"rush": RUSH}).one("aws_appautoscaling_target")


def test_another_range_of_the_service_itself_is_set_although_changes_are_left() -> None:
    stack = autoscaling(schedule={"morning-rush": RUSH}, min_tasks=3, max_tasks=9)
    (trigger,) = stack.one("aws_appautoscaling_target")["lifecycle"]["replace_triggered_by"]
    kind, name = trigger.split(".")
    assert stack.resources[kind][name]["input"] == {"min_tasks": 3, "max_tasks": 9}


def test_a_planned_range_may_end_with_the_services_own() -> None:
    rush = {**RUSH, "until": "cron(0 10 ? * MON-FRI *)"}
    end = autoscaling(schedule={"rush": rush}, min_tasks=3, max_tasks=9).one(
        "aws_appautoscaling_scheduled_action", name="base-rush"
    )
    assert (end["schedule"], end["timezone"]) == ("cron(0 10 ? * MON-FRI *)", "Europe/Dublin")
    assert end["scalable_target_action"] == {"min_capacity": "3", "max_capacity": "9"}


def test_a_plan_wakes_nothing_outside_office_hours() -> None:
    stack = autoscaling(office_hours=HOURS, schedule={"morning-rush": RUSH})
    names = {action["name"] for action in stack.all("aws_appautoscaling_scheduled_action")}
    assert names == {"start", "stop"}


@pytest.mark.e2e
def test_terraform_takes_what_sets_the_range_anew(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(autoscaling(schedule={"morning-rush": RUSH}).document))
    assert provider_says(tmp_path) == []
