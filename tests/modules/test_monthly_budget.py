"""The budget: it warns the people named, before the month is too expensive and when it is."""

from __future__ import annotations

from config.models.environment.budget import Budget, Counted
from modules.monitoring.monthly_budget import ENVIRONMENT_TAG, MonthlyBudget
from tests.settings import an_environment
from tests.synthesis import Attributes, synthesize_construct


def a_budget(counts: Counted = Counted.ACCOUNT) -> Attributes:
    settings = Budget(monthly_usd=500, counts=counts, alert_emails=("a@example.com", "b@example.com"))
    stack = synthesize_construct(
        lambda stack: MonthlyBudget(stack, "budget", name="test", environment="dev", settings=settings)
    )
    return stack.one("aws_budgets_budget")


def test_it_counts_the_costs_of_a_month_in_dollars() -> None:
    budget = a_budget()
    assert (budget["budget_type"], budget["time_unit"]) == ("COST", "MONTHLY")
    assert (budget["limit_amount"], budget["limit_unit"]) == ("500", "USD")


def test_everybody_named_is_warned_by_forecast_and_in_fact() -> None:
    warnings = {(each["threshold"], each["notification_type"]): each for each in a_budget()["notification"]}
    assert warnings.keys() == {(80, "FORECASTED"), (100, "ACTUAL")}
    for warning in warnings.values():
        assert warning["threshold_type"] == "PERCENTAGE"
        assert warning["subscriber_email_addresses"] == ["a@example.com", "b@example.com"]


def test_it_counts_the_account_or_what_carries_the_environments_tag() -> None:
    assert "cost_filter" not in a_budget()
    own = [{"name": "TagKeyValue", "values": ["user:groundwork:environment$dev"]}]
    assert a_budget(Counted.ENVIRONMENT)["cost_filter"] == own
    assert an_environment(name="dev").stack_tags("account")[ENVIRONMENT_TAG] == "dev"
