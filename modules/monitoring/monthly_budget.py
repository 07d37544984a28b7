"""The budget of an account, and who hears of it."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetCostFilter, BudgetsBudgetNotification
from constructs import Construct

from config.models.environment.budget import Budget, Counted

ENVIRONMENT_TAG = "groundwork:environment"
# Percent of the budget, and of what: early enough to act, and again when it is true.
WARNINGS = ((80, "FORECASTED"), (100, "ACTUAL"))


class MonthlyBudget(Construct):
    """Mails when the month is heading past its budget, and when it has got there.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, environment: str, settings: Budget) -> None:
        super().__init__(scope, id_)
        # https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
        own = BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:{ENVIRONMENT_TAG}${environment}"])
        BudgetsBudget(
            self,
            "budget",
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly_usd),
            limit_unit="USD",
            cost_filter=[own] if settings.counts is Counted.ENVIRONMENT else None,
            notification=[
                BudgetsBudgetNotification(
                    notification_type=of_what,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(settings.alert_emails),
                )
                for percent, of_what in WARNINGS
            ],
        )
