"""The cost of an environment, as `groundwork up` tells it before the environment is made."""

from __future__ import annotations

from cli.cost.summary import monthly_summary
from cli.session import Session
from config.errors import GroundworkError


def monthly_cost(session: Session) -> str | None:
    """Say what the environment will cost a month, or why that is not known; the embedded AWS costs nothing."""
    if session.target.embedded:
        return None
    try:
        return f"{monthly_summary(session.root, session.name)} ({session.command(f'cost {session.name}')})"
    except GroundworkError as error:
        return f"What it will cost is not known: {error}"
