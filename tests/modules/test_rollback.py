"""A deploy that goes wrong is rolled back, and the apply says so."""

from __future__ import annotations

import re

import pytest

from tests.synthesis import Checkout, Platform


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


def test_the_error_alarm_watches_a_share_and_stays_quiet_without_traffic(platform: Platform) -> None:
    alarm = platform["prod-service-storefront"].one("aws_cloudwatch_metric_alarm", alarm_name="prod-storefront-5xx")
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert queries["errors"]["metric"]["metric_name"] == "HTTPCode_Target_5XX_Count"
    assert queries["requests"]["metric"]["metric_name"] == "RequestCount"
    assert queries["share"]["expression"].startswith("IF(requests > ")
    assert alarm["treat_missing_data"] == "notBreaching"


@pytest.mark.parametrize("name", ["storefront", "orders", "mailer"])
def test_every_service_is_rolled_back_when_its_tasks_do_not_start(platform: Platform, name: str) -> None:
    breaker = platform[f"prod-service-{name}"].one("aws_ecs_service")["deployment_circuit_breaker"]
    assert breaker == {"enable": True, "rollback": True}


@pytest.mark.parametrize("name", ["storefront", "orders", "mailer"])
def test_an_apply_ends_red_unless_the_new_task_definition_is_the_one_that_runs(platform: Platform, name: str) -> None:
    stack = platform[f"prod-service-{name}"]
    service = stack.one("aws_ecs_service")
    (condition,) = service["lifecycle"]["postcondition"]
    assert service["wait_for_steady_state"] is True
    left, right = re.fullmatch(r"\$\{(self\.task_definition) == (.*)\}", condition["condition"]).groups()  # type: ignore[union-attr]
    assert left == "self.task_definition"
    assert f"${{{right}}}" == service["task_definition"]
    assert "rolled" in condition["error_message"]
