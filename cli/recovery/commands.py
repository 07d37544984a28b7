"""`groundwork adopt`: imports what exists in AWS and in no state."""

from __future__ import annotations

import subprocess

from rich.console import Console

from cli.deploy.plans import missing
from cli.deploy.run import Run, exclusive_run
from cli.errors import CommandError
from cli.options import Environment, Local, LockTimeout, Stacks, Yes, confirm
from cli.recovery.adoption import Adoption, find_adoptable
from cli.recovery.errored_state import push_errored
from cli.recovery.preparation import find_lost
from cli.root import ROOT
from cli.session import open_session
from cli.terraform.terraform import apply_options, forget_imports, terraform

console = Console()


def adopt(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Import into the states what exists in AWS, is in none of them, and would be made again.

    Found are resources with our tags, and those that have exactly the names which the code uses. They are shown first;
    nothing is destroyed, and what the code says otherwise of them is changed. A deploy offers it by itself after a run
    that was killed.
    """
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        if lost := find_lost(session):
            told = "\n".join(str(one) for one in lost)
            raise CommandError(told, fix=session.command(f"state restore {environment}"))
        chosen = run.program.select(stacks or [])
        run.refuse_abandoned_locks(chosen)
        imported = 0
        for stack in chosen:
            if absent := missing(stack, {state.stack for state in run.states}):
                session.say(f"{stack.id}: not looked into; it reads {', '.join(absent)}, of which there is no state")
                continue
            found = find_adoptable(session, stack)
            for line in found.lines():
                session.say(line)
            if found.imports:
                confirm(f"Import {len(found.imports)} resources in {session.target.description}?", yes)
                import_now(run, found)
                imported += len(found.imports)
        session.say(f"{imported} resources imported.")


def import_now(run: Run, found: Adoption) -> None:
    """Let Terraform import them, and what they need, and nothing else of the stack."""
    found.write()
    try:
        targets = [f"-target={address}" for address in found.imports]
        arguments = ["apply", *apply_options(run.lock_timeout_seconds), *targets]
        done = terraform(found.stack.directory, arguments, run.session.terraform.environment, output=subprocess.PIPE)
        if done.returncode != 0:
            raise CommandError(f"{found.stack.id}: Terraform has not imported everything\n{done.stdout}")
    finally:
        forget_imports(found.stack.directory)
        run.forget_states()
