"""The cost of a change, as a part of the plan's comment."""

from __future__ import annotations

from pathlib import Path

from cli.cost.card_markdown import differences_markdown
from cli.cost.command import compare
from config.errors import GroundworkError


def change_markdown(root: Path, base: str, environment: str) -> str:
    """Return what a change adds a month in one environment; a plan is not refused because its cost is unknown."""
    try:
        return differences_markdown(compare(root, base, only=environment))
    except GroundworkError as error:
        return f"### Cost: not known\n\n```text\n{error}\n```\n"
