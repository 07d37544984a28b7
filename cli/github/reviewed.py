"""`groundwork github reviewed`: what the pull requests of a push were reviewed to change in an environment."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.changes.plan_text import MARK
from cli.changes.reviewed import ReviewedPlan, record_in
from cli.github.api import GitHub
from cli.options import Environment

AUTHOR = "github-actions[bot]"
"""Whose comments are plans: anybody can write one that looks alike."""


def print_reviewed(
    environment: Environment,
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="the commit that was deployed before")],
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="the commit to deploy")],
) -> None:
    """Print what the plans in the comments of these commits' pull requests said, for `deploy --reviewed`."""
    print(reviewed_plan(GitHub.from_environment(), environment, before, commit).to_text())


def reviewed_plan(github: GitHub, environment: str, before: str, commit: str) -> ReviewedPlan:
    """Join the reviewed plans of all pull requests that were merged between two commits."""
    commits = [its["sha"] for its in github.ask("GET", f"compare/{before}...{commit}")["commits"]]
    numbers = {
        pull["number"]
        for sha in dict.fromkeys([*commits, commit])
        for pull in github.every(f"commits/{sha}/pulls")
        if pull["merged_at"]
    }
    mark, found = MARK.format(environment=environment), ReviewedPlan()
    for number in sorted(numbers):
        for comment in github.every(f"issues/{number}/comments"):
            written_by_us = (comment.get("user") or {}).get("login") == AUTHOR
            if written_by_us and comment["body"].splitlines()[:1] == [mark]:
                found |= record_in(comment["body"]) or ReviewedPlan()
    return found
