"""`groundwork state migrate`: from S3 to Terraform Cloud, and back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from cli.deploy.checkout_lock import only_one
from cli.errors import CommandError, UsageError
from cli.options import Environment, Local, Yes, confirm
from cli.recovery.preparation import find_lost
from cli.root import ROOT
from cli.session import open_session
from cli.state.bucket import state_files
from cli.terraform_cloud.bucket import Bucket
from cli.terraform_cloud.migration import Direction, move
from cli.terraform_cloud.store import TerraformCloudStates
from cli.terraform_cloud.workspace_states import WorkspaceStates

console = Console()
state_app = typer.Typer(no_args_is_help=True, help="Where Terraform's state is kept.")


@state_app.command()
def migrate(
    environment: Environment,
    to: Annotated[Direction, typer.Option("--to", help="Where the states shall go.")],
    bucket: Annotated[
        str | None, typer.Option(metavar="NAME", help="The bucket in S3; else the one that `bootstrap` makes.")
    ] = None,
) -> None:
    """Copy every state of an environment from S3 to Terraform Cloud, or back. Run it again to go on.

    `terraform_cloud:` stands in the environment's file both times: write it before going there, remove it after coming
    back. What was left behind stays as it is, locked.
    """
    session = open_session(ROOT, environment, console, local=False)
    store = session.store
    if not isinstance(store, TerraformCloudStates):
        raise UsageError(
            f"{environment} has no `terraform_cloud:`, so there is nowhere to copy to or from",
            fix="write it into environments/, see docs/terraform-cloud.md; remove it after a copy to s3",
        )
    with only_one(session.root, timeout_seconds=0, say=session.say):
        program = session.synthesize()
        for line in store.prepare(program):
            session.say(line)
        states = Bucket(session.s3, bucket or session.place.state_bucket, environment)
        states.need()
        stacks = [stack.id for stack in program.stacks]
        if to is Direction.TERRAFORM_CLOUD:
            refuse_orphans(states, stacks)
        for line in move(states, WorkspaceStates(store.connection, store.workspaces.all()), to, stacks):
            session.say(line)
    if to is Direction.S3:
        session.say("Remove `terraform_cloud:` from environments/ now.")


@state_app.command()
def restore(environment: Environment, local: Local = False, yes: Yes = False) -> None:
    """Restore the states that are gone although they described resources, from the versions of the bucket.

    What was made after the last version was written, `groundwork adopt` looks for.
    """
    session = open_session(ROOT, environment, console, local=local)
    with only_one(session.root, timeout_seconds=0, say=session.say):
        lost = find_lost(session)
        for one in lost:
            session.say(str(one))
        if lost:
            confirm(f"Restore {len(lost)} states in {session.target.description}?", yes)
        for one in lost:
            one.restore(session.s3)
        session.say(f"{len(lost)} states restored.")


def refuse_orphans(states: Bucket, stacks: list[str]) -> None:
    """Refuse to move states of stacks that have left the program: they have no workspace to go to."""
    found = state_files(states.s3, states.name, states.environment)
    left = [f"{states.environment}-{state.stack}" for state in found if state.resources]
    if gone := sorted(set(left) - set(stacks)):
        raise CommandError(
            f"these have left the program, and their resources still exist: {', '.join(gone)}",
            fix=f"remove `terraform_cloud:` once more, and groundwork deploy {states.environment} --prune",
        )
