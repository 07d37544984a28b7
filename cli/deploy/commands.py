"""`groundwork synth`, `deploy` and `destroy`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.changes.planning import raw_plans
from cli.changes.reviewed import ReviewedPlan, read_reviewed
from cli.deploy.image_check import refuse_missing_images
from cli.deploy.processor_check import refuse_other_processors
from cli.deploy.protection import refuse_protected
from cli.deploy.protocol_check import refuse_other_protocols
from cli.deploy.run import exclusive_run
from cli.deploy.secret_check import refuse_missing_secrets
from cli.domain.lost_records import refuse_lost_records
from cli.errors import CommandError
from cli.options import Environment, Local, LockTimeout, Stacks, Yes, confirm
from cli.recovery.errored_state import push_errored
from cli.recovery.former_routes import destroy_former_routes
from cli.recovery.preparation import mend
from cli.root import ROOT
from cli.session import Session, open_session
from cli.terraform.cdktf_runner import Cdktf
from cli.terraform.orphaned_stacks import LOGGING, LOGS, that_need, without_logs, without_previews
from cli.terraform.provider_mirror import prepare_terraform
from config.loader.platform import read_platform
from config.models.environment.shared import SHARED

console = Console()


def synth(
    environment: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="An environment, or shared; else all.")
    ] = None,
) -> None:
    """Write the Terraform code of every environment, or of one, to cdktf.out. Asks no AWS."""
    read = read_platform(ROOT, only=None if environment == SHARED else environment)
    for warning in dict.fromkeys(str(warning) for one in read for warning in one.warnings):
        console.print(f"warning: {warning}", markup=False, highlight=False, soft_wrap=True)
    terraform = prepare_terraform(ROOT, os.environ)
    chosen = {"GROUNDWORK_ENVIRONMENT": environment} if environment else {}
    raise typer.Exit(Cdktf(ROOT, {**terraform.environment, **chosen}).synth())


def deploy(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    yes: Yes = False,
    prune: Annotated[bool, typer.Option("--prune", help="Destroy stacks that have left the program.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Plan the stacks as well that are as they were applied last.")
    ] = False,
    reviewed: Annotated[
        Path | None, typer.Option("--reviewed", metavar="FILE", help="Refuse what the plan in it does not have.")
    ] = None,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Make AWS what the code says: everything, or the stacks named.

    Planned is only what differs from what was applied last, in its code or in what it reads of other stacks; what
    somebody changed in AWS itself is what `groundwork drift` looks for.
    Ctrl-C stops it in good order, and the same command goes on from there. For example:
    `groundwork deploy dev`, `groundwork deploy prod service-orders`.
    """
    allowed = read_reviewed(reviewed) if reviewed else None
    session = open_session(ROOT, environment, console, local=local)
    deploy_stacks(
        session, stacks, yes=yes, prune=prune, lock_timeout=lock_timeout, everything=everything, allowed=allowed
    )


def deploy_stacks(
    session: Session,
    stacks: list[str] | None,
    *,
    yes: bool,
    prune: bool,
    lock_timeout: int,
    everything: bool = False,
    allowed: ReviewedPlan | None = None,
) -> None:
    """Deploy the stacks named, or all, and say what became of each."""
    environment = session.name
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        chosen = run.program.with_preparations(run.program.select(stacks or []))
        if stacks:
            named, chosen = chosen, run.program.with_missing(chosen, run.deployed())
            if along := [stack.name for stack in chosen if stack not in named]:
                session.say(f"Comes along, for it is needed and was never deployed: {', '.join(along)}")
        agreed = mend(run, chosen, yes=yes)
        run.refuse_abandoned_locks(chosen)
        differences = run.differences(chosen)
        changing = chosen if everything else tuple(stack for stack in chosen if stack.name in differences)
        if environment != SHARED:
            refuse_lost_records(session, changing)
            refuse_other_protocols(session, changing, run.states)
            refuse_missing_images(session, changing)
            refuse_missing_secrets(session, changing)
            for warning in session.written.warnings:
                session.say(f"warning: {warning}")
            refuse_other_processors(session, changing)
        if allowed is not None:
            allowed.refuse_others(list(raw_plans(session, chosen)), environment=environment)
        left = without_previews(run.orphans())
        for line in cost_warnings(session, [stack.name for stack in changing]):
            session.say(line)
        for name, why in differences.items():
            session.say(f"{session.name}-{name} is planned: {why}")
        if changing and not session.target.embedded:
            names = ", ".join(stack.name for stack in changing)
            readers = "" if len(changing) == len(chosen) else ", and what reads a value of theirs that changes,"
            confirm(f"Deploy {names}{readers} to {environment} in {session.target.description}?", yes or agreed)
        left = destroy_former_routes(run, left, chosen, yes=yes or agreed)
        progress = run.execute("deploy", chosen, everything=everything)
        for stack in progress.stacks.values():
            session.say(f"{stack.stack}: {stack.outcome}")
        for note in without_image(session, [stack.name for stack in chosen]):
            session.say(note)
        left, logs = without_logs(left) if keeps_logs(session) else (left, [])
        for orphan in logs:
            session.say(
                f"{orphan.stack} has left the program and is kept: in {environment} logs outlive their service.\n"
                f"  destroy them: {session.command(f'destroy {environment} {orphan.stack}')}"
            )
        for orphan in left:
            if prune:
                confirm(f"Destroy {orphan.stack}, {orphan.resources} resources?", yes or session.target.embedded)
                run.destroy_orphan(orphan)
            else:
                session.say(
                    f"{orphan.stack} has left the program, but its {orphan.resources} resources still exist.\n"
                    f"  destroy them: {session.command(f'deploy {environment} --prune')}\n"
                    f"  only these:   {session.command(f'destroy {environment} {orphan.stack}')}"
                )
        if prune:
            run.forget_empty_states()


def cost_warnings(session: Session, stacks: Collection[str]) -> list[str]:
    """Warn that OpenSearch may cost more in this account than the files say; without the right to ask, say nothing."""
    if not any(name == LOGGING or name.startswith(LOGS) for name in stacks):
        return []
    try:
        return session.faults()
    except CommandError as error:
        return [str(error)]


def keeps_logs(session: Session) -> bool:
    """Return whether the logs of a service that is removed stay until somebody names them."""
    return session.name != SHARED and session.environment.deletion_protection


def without_image(session: Session, stacks: Collection[str]) -> Iterator[str]:
    """Name the services that are deployed without an image and run nothing, and how to change that."""
    for service in session.deployment.services if session.name != SHARED else ():
        if not service.is_runnable and f"service-{service.name}" in stacks:
            release = f"groundwork release {service.repository} TAG --environment {session.name}"
            yield f"{service.name} runs nothing yet: no image is released.\n  release one: {release}"


def destroy(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Destroy the stacks named and what depends on them, or all. Works on stacks whose file is gone, too."""
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        named = [name.removeprefix(f"{environment}-") for name in stacks or []]
        orphans = run.orphans()
        kept = [name for name in named if name not in {orphan.stack for orphan in orphans}]
        chosen = run.program.with_dependants(run.program.select(kept)) if kept or not named else ()
        left = that_need(orphans, [*named, *(stack.name for stack in chosen)]) if named else orphans
        refuse_protected(chosen, environment)
        run.refuse_abandoned_locks(chosen)
        names = ", ".join([*(orphan.stack for orphan in left), *(stack.name for stack in reversed(chosen))])
        confirm(f"DESTROY {names} of {environment} in {session.target.description}?", yes)
        for orphan in left:
            run.destroy_orphan(orphan)
        if chosen:
            for stack in run.execute("destroy", chosen).stacks.values():
                session.say(f"{stack.stack}: {stack.outcome}")
        run.forget_empty_states()
