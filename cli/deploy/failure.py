"""The message about a deploy or destroy that did not end well: why, what is locked, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cli.deploy.delegation import Delegation
from cli.errors import CommandError
from cli.session import Session
from cli.terraform.locks import abandoned, describe_abandoned, describe_held
from cli.terraform.progress import Phase, Progress
from cli.terraform.run_log import fail_with_log
from cli.terraform.stack_process import Command
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.unmanaged_resources import report


def failure(
    session: Session,
    command: Command,
    signal_code: int,
    progress: Progress,
    log: Path,
    stacks: Sequence[SynthesizedStack],
    delegation: Delegation | None,
) -> CommandError:
    """Return the message and the exit code. What was wrong comes first: AWS, if it can be asked, adds to it."""
    now = datetime.now(UTC)
    unfinished = [stack for stack in stacks if progress.stacks[stack.id].phase is not Phase.DONE]
    locked = session.store.locks(unfinished)
    gone = abandoned(locked)
    notes = [describe_abandoned(lock, now, session.command) for lock in gone]
    notes += [describe_held(lock, now) for lock in locked if lock not in gone]
    if gone:
        notes.append(report(session.name, session.unmanaged()))
    if signal_code:
        finished = "Terraform has finished what it had begun, written its state and released its locks.\n"
        words = f"Interrupted. {'' if locked else finished}Run the same command again to go on. Full log: {log}"
        return CommandError("\n\n".join([words, *notes]), exit_code=signal_code)
    errors = [error for stack in progress.stacks.values() for error in stack.errors]
    if advice := delegation and delegation.explain(errors):
        notes.append(advice)
    failed = fail_with_log(f"{command} {session.name}", progress, log, 1)
    return CommandError("\n\n".join([str(failed), *notes]), exit_code=1)
