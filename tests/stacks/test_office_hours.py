"""Outside office hours databases and monitoring do not run, and nobody is told that they do not."""

from __future__ import annotations

import json
import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import botocore.session
import pytest
from pydantic import ValidationError

from config.models.data.password_rotation import PasswordRotation, rotation_in, rotation_mistakes
from config.models.environment.office_hours import Day, OfficeHours
from modules.data.database_hours import windows
from tests.synthesis import Checkout, Platform, Stack

BEFORE, AFTER = "cron(45 6 ? * MON,TUE,WED,THU,FRI *)", "cron(15 20 ? * MON,TUE,WED,THU,FRI *)"
WEEK_MIN = 7 * 1440
MONITORING = {"prometheus", "alertmanager", "grafana", "cloudwatch-exporter"}


@pytest.fixture(scope="module")
def dev(shop: Platform) -> Platform:
    """The shop's dev, from 07:00 to 20:00 in Dublin."""
    return shop


def moved(stack: Stack) -> dict[str, dict[str, tuple[str, str]]]:
    """By service, what its tasks are scaled to at which time."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for action in stack.all("aws_appautoscaling_scheduled_action"):
        target = stack.target(action["resource_id"])
        service = stack.target(re.sub(r"^.*/", "", target["resource_id"]))["name"]
        assert action["timezone"] == "Europe/Dublin"
        found.setdefault(service, {})[action["schedule"]] = (
            action["scalable_target_action"]["min_capacity"],
            action["scalable_target_action"]["max_capacity"],
        )
    return found


def test_monitoring_runs_from_before_the_first_service_until_after_the_last(dev: Platform) -> None:
    assert moved(dev["dev-monitoring"]) == {service: {AFTER: ("0", "0"), BEFORE: ("1", "1")} for service in MONITORING}
    assert dev["dev-monitoring"].all("aws_appautoscaling_policy") == []


def test_its_instance_is_there_for_its_tasks_alone(dev: Platform) -> None:
    group = dev["dev-cluster"].one("aws_autoscaling_group")
    assert (group["min_size"], group["max_size"]) == (0, 1)
    (scaling,) = dev["dev-cluster"].all("aws_ecs_capacity_provider")
    assert scaling["auto_scaling_group_provider"]["managed_scaling"]["status"] == "ENABLED"
    for service in dev["dev-monitoring"].all("aws_ecs_service"):
        assert service["lifecycle"]["ignore_changes"] == ["desired_count"], "else each plan by night would start it"


def test_environments_without_hours_always_have_it(shop: Platform) -> None:
    assert shop["prod-cluster"].one("aws_autoscaling_group")["min_size"] == 1
    assert shop["prod-monitoring"].all("aws_appautoscaling_target") == []
    assert shop["prod-database-orders"].all("aws_scheduler_schedule") == []


def test_a_database_is_started_and_stopped_by_rds_own_operations(dev: Platform) -> None:
    stack = dev["dev-database-orders"]
    operations = {
        name[0].lower() + name[1:]: model
        for model in [botocore.session.get_session().get_service_model("rds")]
        for name in model.operation_names
    }
    crons = {}
    for schedule in stack.all("aws_scheduler_schedule"):
        target = schedule["target"]
        crons[target["arn"].removeprefix("arn:aws:scheduler:::aws-sdk:rds:")] = schedule["schedule_expression"]
        assert schedule["schedule_expression_timezone"] == "Europe/Dublin"
        # EventBridge Scheduler wants the parameters' names as AWS' SDK for Java has them.
        assert json.loads(target["input"]) == {"DbInstanceIdentifier": stack.one("aws_db_instance")["identifier"]}
    assert crons == {"startDBInstance": BEFORE, "stopDBInstance": AFTER}
    assert crons.keys() <= operations.keys()


def test_schedules_are_what_eventbridge_takes(dev: Platform) -> None:
    shape = botocore.session.get_session().get_service_model("scheduler").operation_model("CreateSchedule").input_shape
    assert shape
    for schedule in dev["dev-database-orders"].all("aws_scheduler_schedule"):
        name: Any = shape.members["Name"]
        assert len(schedule["name"]) <= name.metadata["max"]
        assert re.fullmatch(name.metadata["pattern"], schedule["name"])
        target: Any = shape.members["Target"]
        policy = target.members["RetryPolicy"]
        for field, value in (
            ("MaximumEventAgeInSeconds", schedule["target"]["retry_policy"]["maximum_event_age_in_seconds"]),
            ("MaximumRetryAttempts", schedule["target"]["retry_policy"]["maximum_retry_attempts"]),
        ):
            bounds = policy.members[field].metadata
            assert bounds["min"] <= value <= bounds["max"]


def test_the_schedules_may_move_this_database_and_nothing_else(dev: Platform) -> None:
    stack = dev["dev-database-orders"]
    policy = json.loads(stack.one("aws_iam_role_policy", name="start-and-stop")["policy"])
    statement, may_send = policy["Statement"]
    assert may_send["Action"] == ["sqs:SendMessage"]
    assert [stack.target(arn) for arn in may_send["Resource"]] == [stack.one("aws_sqs_queue")]
    assert statement["Action"] == ["rds:StartDBInstance", "rds:StopDBInstance"]
    assert statement["Resource"] == [stack.id_of(stack.one("aws_db_instance")).replace(".id}", ".arn}")]
    role = stack.one("aws_iam_role", name="dev-orders-database-hours")
    (trusted,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_people_are_told_of_a_database_that_missed_its_hours(dev: Platform) -> None:
    stack = dev["dev-database-orders"]
    queue, alarm = stack.one("aws_sqs_queue"), stack.one("aws_cloudwatch_metric_alarm")
    for schedule in stack.all("aws_scheduler_schedule"):
        assert stack.target(schedule["target"]["dead_letter_config"]["arn"]) is queue
    assert stack.target(alarm["dimensions"]["QueueName"]) is queue
    assert alarm["alarm_actions"] == ["arn:aws:sns:eu-west-1:123456789012:dev-alerts"]


def test_a_database_is_backed_up_while_it_runs(shop: Platform) -> None:
    by_day, by_night = (shop[f"{name}-database-orders"].one("aws_db_instance") for name in ("dev", "prod"))
    assert (by_day["backup_window"], by_day["maintenance_window"]) == ("12:15-12:45", "mon:13:15-mon:13:45")
    assert (by_night["backup_window"], by_night["maintenance_window"]) == ("01:00-02:00", "sun:02:30-sun:03:30")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        # 09:00 to 18:00 in Auckland, 13 hours ahead: the evening before by UTC.
        ({"start": time(9), "stop": time(18), "timezone": "Pacific/Auckland"}, ("00:15-00:45", "mon:01:15-mon:01:45")),
        ({"start": time(6), "stop": time(14), "timezone": "Pacific/Auckland"}, ("20:45-21:15", "sun:21:45-sun:22:15")),
        ({"start": time(9), "stop": time(17), "days": (Day.SATURDAY,)}, ("12:15-12:45", "sat:13:15-sat:13:45")),
        (
            {"start": time(17), "stop": time(23, 30), "timezone": "America/New_York"},
            ("00:00-00:30", "tue:01:00-tue:01:30"),
        ),
    ],
)
def test_the_windows_are_in_the_middle_of_the_day_of_the_office(
    hours: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert windows(OfficeHours(**hours)) == expected


def minutes_of_the_week(window: str) -> set[int]:
    """Read a window as RDS writes it; without a day it is Monday's."""
    first, last = (
        moment if moment[0].isalpha() else f"mon:{moment}" for moment in re.split("-(?=[a-z0-9])", window, maxsplit=1)
    )
    begin, end = (
        list(Day).index(Day(day)) * 1440 + int(hour) * 60 + int(minute)
        for day, hour, minute in (moment.split(":") for moment in (first, last))
    )
    return {minute % WEEK_MIN for minute in range(begin, end if end > begin else end + 1440)}


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Dublin", "Pacific/Auckland", "Africa/Casablanca", "Asia/Kolkata"])
@pytest.mark.parametrize("start", [time(0), time(6), time(9, 10), time(21)])
@pytest.mark.parametrize("length", [1, 20, 30, 31, 90, 120, 170])
def test_hours_of_any_length_have_windows_that_rds_takes_or_are_refused(
    timezone: str, start: time, length: int
) -> None:
    """At least half an hour each, apart, and while the database runs, on either side of the change of clocks.

    The password is rotated then, too.
    """
    at = start.hour * 60 + start.minute
    stop = time(*divmod(at + length, 60))
    try:
        hours = OfficeHours(start=start, stop=stop, timezone=timezone, days=tuple(Day))
    except ValidationError:
        assert length < 105
        return
    backup, maintenance = windows(hours.around)
    rotation = rotation_in(hours.around, None)
    assert not list(rotation_mistakes(hours.around, rotation))
    maintained = minutes_of_the_week(maintenance)
    backed_up = {minute % 1440 for minute in minutes_of_the_week(backup)}
    assert len(backed_up) == len(maintained) == 30
    assert not backed_up & {minute % 1440 for minute in maintained}
    running = range(max(at - 15, 0), min(at + length + 15, 1439))
    for month in range(1, 13):
        offset = datetime(2026, month, 15, tzinfo=ZoneInfo(timezone)).utcoffset()
        assert offset is not None
        shifted = {(minute - offset // timedelta(minutes=1)) % 1440 for minute in running}
        assert backed_up | {minute % 1440 for minute in maintained} | {rotation.hour_utc * 60} <= shifted, month


def test_passwords_are_rotated_on_a_working_day_by_utc_or_when_it_is_asked_for() -> None:
    evening = OfficeHours(start=time(17), stop=time(23), timezone="America/New_York", days=(Day.SUNDAY,)).around
    assert rotation_in(evening, None) == PasswordRotation(day=Day.SUNDAY, hour_utc=23)
    asked = PasswordRotation(day=Day.MONDAY, hour_utc=2)
    assert rotation_in(evening, asked) == asked
    assert not list(rotation_mistakes(evening, asked))
    (mistake,) = rotation_mistakes(evening, PasswordRotation(day=Day.SUNDAY, hour_utc=2))
    assert "on sun from 02:00 UTC" in mistake.message
    assert not list(rotation_mistakes(None, PasswordRotation(day=Day.SUNDAY, hour_utc=2)))


@pytest.mark.parametrize(
    ("start", "stop", "around"),
    [
        (time(7), time(20), (time(6, 45), time(20, 15))),
        (time(0, 5), time(23, 50), (time(0), time(23, 59))),
    ],
)
def test_what_services_need_is_there_around_them_and_on_the_same_day(
    start: time, stop: time, around: tuple[time, time]
) -> None:
    longer = OfficeHours(start=start, stop=stop).around
    assert (longer.start, longer.stop) == around


def test_silence_is_told_by_day_alone(dev: Platform) -> None:
    stack = dev["dev-monitoring"]
    asleep = stack.one("aws_cloudwatch_metric_alarm", alarm_name="dev-monitoring-asleep")
    silent = stack.all("aws_cloudwatch_metric_alarm", treat_missing_data="breaching")
    others = [one for one in silent if one is not asleep]
    assert len(others) == 3
    for alarm in (asleep, *others):
        assert not {"alarm_actions", "ok_actions"} & alarm.keys()
    composite = stack.one("aws_cloudwatch_composite_alarm")
    rule = re.sub(
        r"\$\{([^}]+)\.alarm_name\}", lambda match: stack.target(match[0])["alarm_name"], composite["alarm_rule"]
    )
    assert rule == (
        '(ALARM("dev-heartbeat-missing") OR ALARM("dev-prometheus-silent") OR ALARM("dev-alertmanager-silent"))'
        ' AND NOT ALARM("dev-monitoring-asleep")'
    )
    (topic,) = composite["alarm_actions"]
    assert stack.target(topic)["name"] == "dev-alerts"


def asleep(alarm: Any, wanted: list[int]) -> bool:
    """Evaluate the alarm as CloudWatch does: so many of its last datapoints below the threshold."""
    recent = wanted[-alarm["evaluation_periods"] :]
    return bool(sum(one < alarm["threshold"] for one in recent) >= alarm["datapoints_to_alarm"])


def test_a_morning_is_told_of_only_when_the_instance_has_had_its_time(dev: Platform) -> None:
    alarm = dev["dev-monitoring"].one("aws_cloudwatch_metric_alarm", alarm_name="dev-monitoring-asleep")
    group = dev["dev-cluster"].one("aws_autoscaling_group")
    assert alarm["dimensions"] == {"AutoScalingGroupName": group["name"]}
    assert alarm["metric_name"] in group["enabled_metrics"]
    night, morning = [0] * 60, [1] * 60
    assert asleep(alarm, night)
    assert asleep(alarm, [*night, *morning[:20]])
    assert not asleep(alarm, [*night, *morning[:25]])
    assert not asleep(alarm, morning)
    assert asleep(alarm, [*morning, *night[:1]]), "sooner than a quarter of an hour without a task, which rings"


def test_each_part_is_a_choice(checkout: Checkout) -> None:
    dev = checkout.root / "environments/dev.yaml"
    dev.write_text(
        dev.read_text().replace("office_hours:", "office_hours:\n  databases: false\n  monitoring: false\n  #")
    )
    platform = checkout.synthesize(only="dev")
    assert platform["dev-database-orders"].all("aws_scheduler_schedule") == []
    assert platform["dev-database-orders"].one("aws_db_instance")["backup_window"] == "01:00-02:00"
    assert platform["dev-monitoring"].all("aws_cloudwatch_composite_alarm") == []
    assert platform["dev-monitoring"].all("aws_appautoscaling_target") == []
    assert platform["dev-cluster"].one("aws_autoscaling_group")["min_size"] == 1
    assert moved(platform["dev-service-orders"]).keys() == {"orders"}
