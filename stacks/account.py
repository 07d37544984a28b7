"""Resources of an environment's account rather than of anything that runs in it."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.budget import Budget
from config.models.environment.environment import Environment
from modules.monitoring.monthly_budget import MonthlyBudget
from stacks.platform_stack import PlatformStack


class AccountStack(PlatformStack):
    """Depends on nothing, and nothing on it."""

    def __init__(self, scope: Construct, *, environment: Environment, budget: Budget) -> None:
        super().__init__(scope, name="account", environment=environment)
        MonthlyBudget(
            self, "budget", name=environment.qualify("monthly"), environment=environment.name, settings=budget
        )
