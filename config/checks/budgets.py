"""Budgets of environments that share an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from config.models.environment.budget import Counted
from config.models.environment.environment import Environment
from config.source.located import Located
from config.source.problem import Problem


def budget_conflicts(environments: Sequence[Located[Environment]]) -> Iterator[Problem]:
    """Report two budgets that count one account: both would warn of whatever either environment costs."""
    counting = [
        environment
        for environment in environments
        if environment.settings.budget and environment.settings.budget.counts is Counted.ACCOUNT
    ]
    for one, other in combinations(counting, 2):
        account = other.settings.account_id
        if one.settings.account_id == account:
            yield other.problem(
                "budget.counts",
                "budget.monthly_usd",
                message=f"budget: it counts account {account}, as the budget of environment {one.settings.name} does",
                conflicts_with=one.place("budget.counts", "budget.monthly_usd"),
                allowed="one budget that counts the account",
                fix="write `counts: environment` under `budget:`, or remove the budget",
            )
