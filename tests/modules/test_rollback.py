"""A deploy that goes wrong is rolled back, and the apply says so."""

from __future__ import annotations

import json
import re

import pytest

from tests.synthesis import Attributes, Checkout, Platform, Stack


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return Checkout(tmp_path_factory.mktemp("rollback") / "checkout").synthesize(only="prod")


def test_a_public_service_is_rolled_back_by_its_errors_and_its_unhealthy_tasks(platform: Platform) -> None:
    stack = platform["prod-service-storefront"]
    alarms = stack.one("aws_ecs_service")["alarms"]
    assert alarms["enable"] is True
    assert alarms["rollback"] is True
    named = [re.sub(r"^\$\{(.*)\.alarm_name\}$", r"${\1.id}", reference) for reference in alarms["alarm_names"]]
    watched = [stack.target(reference)["alarm_name"] for reference in named]
    assert watched == ["prod-storefront-5xx", "prod-storefront-unhealthy"]
    for alarm in stack.all(
        "aws_cloudwatch_metric_alarm", alarm_actions=["arn:aws:sns:eu-west-1:123456789012:prod-alerts"]
    ):
        watched.remove(alarm["alarm_name"])
    assert not watched, "they tell nobody"


def test_the_error_alarm_watches_a_share_and_stays_quiet_without_traffic(platform: Platform) -> None:
    alarm = platform["prod-service-storefront"].one("aws_cloudwatch_metric_alarm", alarm_name="prod-storefront-5xx")
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert queries["errors"]["metric"]["metric_name"] == "HTTPCode_Target_5XX_Count"
    assert queries["requests"]["metric"]["metric_name"] == "RequestCount"
    assert queries["share"]["expression"].startswith("IF(requests > ")
    assert alarm["treat_missing_data"] == "notBreaching"


def test_tasks_that_start_slowly_are_not_rolled_back_while_ecs_forgives_them(checkout: Checkout) -> None:
    path = checkout.root / "service_configs/storefront.yaml"
    periods = []
    for grace_s in (60, 180, 600):
        path.write_text(path.read_text().replace("health_check:\n", f"health_check:\n  grace_s: {grace_s}\n"))
        stack = checkout.synthesize(only="dev")["dev-service-storefront"]
        path.write_text(path.read_text().replace(f"  grace_s: {grace_s}\n", ""))
        (alarm,) = [a for a in stack.all("aws_cloudwatch_metric_alarm") if a["alarm_name"].endswith("-unhealthy")]
        assert alarm["evaluation_periods"] * alarm["period"] > grace_s
        periods.append(alarm["evaluation_periods"])
    assert periods == [3, 4, 11]


def invocations(stack: Stack) -> list[Attributes]:
    """Of the function that watches rollouts, in their order."""
    return [*stack.resources["aws_lambda_invocation"].values()]


@pytest.mark.parametrize("name", ["storefront", "orders", "mailer"])
def test_every_service_is_rolled_back_when_its_tasks_do_not_start(platform: Platform, name: str) -> None:
    breaker = platform[f"prod-service-{name}"].one("aws_ecs_service")["deployment_circuit_breaker"]
    assert breaker == {"enable": True, "rollback": True}


@pytest.mark.parametrize("name", ["storefront", "orders", "mailer"])
def test_every_change_of_a_service_is_judged_by_ecs_and_not_by_the_provider(platform: Platform, name: str) -> None:
    stack = platform[f"prod-service-{name}"]
    service = stack.one("aws_ecs_service")
    assert service["wait_for_steady_state"] is False
    first, *more = invocations(stack)
    (trigger,) = first["lifecycle"]["replace_triggered_by"]
    assert stack.target(f"${{{trigger}.id}}") is service
    asked = json.loads(first["input"])
    assert asked["do"] == "judge"
    assert stack.target(asked["service_id"]) is service
    assert asked["task_definition"] == service["task_definition"]
    assert asked["service"] == service["name"] == name
    assert asked["least_tasks"] == service["desired_count"]
    assert asked["watch_s"] == 90
    assert {one["function_name"] for one in (first, *more)} == {"prod-rollouts"}


@pytest.mark.parametrize("name", ["storefront", "orders", "mailer"])
def test_what_ecs_would_roll_back_to_is_there_until_the_verdict(platform: Platform, name: str) -> None:
    stack = platform[f"prod-service-{name}"]
    assert stack.one("aws_ecs_task_definition")["lifecycle"] == {"create_before_destroy": True}
    # Terraform deregisters the old revision after all that names the new one, and each part of the verdict does.
    for invocation in invocations(stack):
        named = re.search(r'"task_definition": "(\$\{[^}]+\})"', invocation["input"])
        assert named
        assert stack.target(named[1]) is stack.one("aws_ecs_task_definition")


def test_each_invocation_goes_on_from_the_one_before_until_time_is_up(platform: Platform) -> None:
    stack = platform["prod-service-orders"]
    texts = [one["input"] for one in invocations(stack)]
    assert len(texts) == 3, "30 minutes and 90 seconds, in pieces of less than 15 minutes"
    assert ['"last": true' in text for text in texts] == [False, False, True]
    addresses = [*stack.resources["aws_lambda_invocation"]]
    for address, text in zip(addresses, texts[1:], strict=False):
        assert f'"so_far": ${{aws_lambda_invocation.{address}.result}}' in text
