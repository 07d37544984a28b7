"""`groundwork plan`, also called `diff`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from cli.changes.meaning import loses_data
from cli.changes.plan_text import PlannedStack, as_json, as_markdown, as_text
from cli.changes.planning import planned, raw_plans
from cli.changes.reviewed import ReviewedPlan
from cli.deploy.run import exclusive_run
from cli.errors import UsageError
from cli.options import Environment, Local, LockTimeout, Stacks
from cli.root import ROOT
from cli.session import open_session

LOSES_DATA = 4
"""The exit code of a plan that destroys or replaces what holds data."""

console = Console()
notices = Console(stderr=True)


def plan(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a comment of a pull request.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    raw: Annotated[bool, typer.Option("--terraform", help="In Terraform's own words.")] = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Say what `deploy` would change, in words. Ends with 4 when data would be lost, else with 0.

    It takes no lock and writes nothing to AWS. What loses data comes first.
    """
    if markdown + json + raw > 1:
        raise UsageError("--markdown, --json and --terraform exclude each other", fix="choose one")
    to = notices if markdown or json else console
    found, code, _ = make_plan(environment, stacks or [], local=local, to=to, raw=raw, lock_timeout=lock_timeout)
    if markdown:
        print(as_markdown(environment, found), end="")
    elif json:
        print(as_json(environment, found))
    elif not raw:
        console.print(as_text(environment, found), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def make_plan(
    environment: str, stacks: Sequence[str], *, local: bool, to: Console, raw: bool = False, lock_timeout: int = 600
) -> tuple[list[PlannedStack], int, ReviewedPlan]:
    """Return the meaning of these stacks' plans, or of all, and the exit code that says so."""
    session = open_session(ROOT, environment, to, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        plans = []
        for each in raw_plans(session, run.program.select(stacks)):
            plans.append(each)
            if raw:
                to.rule(each.stack.id, align="left")
                session.say(each.text or "It reads values of stacks that are not deployed yet.")
    found = planned(plans)
    code = LOSES_DATA if any(loses_data(stack.sentences) for stack in found) else 0
    return found, code, ReviewedPlan.of(plans)
