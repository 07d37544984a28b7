"""The message about a deploy or destroy that did not end well: why, what is locked, and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.domain.delegation import Delegation
from cli.errors import CommandError
from cli.root import relative_path
from cli.session import Session
from cli.terraform.locks import abandoned, describe_abandoned, describe_held
from cli.terraform.progress import Phase, Progress
from cli.terraform.run_log import fail_with_log
from cli.terraform.stack_process import Command
from cli.terraform.synthesized import ERRORED, SynthesizedStack
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
    """Return the message and the exit code. What Terraform said comes first: AWS, if it can be asked, adds to it."""
    unfinished = [stack for stack in stacks if progress.stacks[stack.id].phase is not Phase.DONE]
    notes = [unwritten(stack) for stack in unfinished if (stack.directory / ERRORED).exists()]
    locks = _asked(lambda: locked(session, unfinished), "which states are locked, and what no state knows")
    if signal_code:
        finished = "Terraform has finished what it had begun, written its state and released its locks.\n"
        words = f"Interrupted. {'' if locks or notes else finished}Run the same command again to go on. Full log: {log}"
        return CommandError("\n\n".join([words, *notes, *locks]), exit_code=signal_code)
    errors = [error for stack in progress.stacks.values() for error in stack.errors]
    if advice := delegation and delegation.explain(errors):
        notes.append(advice)
    failed = fail_with_log(f"{command} {session.name}", progress, log, 1)
    return CommandError("\n\n".join([str(failed), *notes, *locks]), exit_code=1)


def unwritten(stack: SynthesizedStack) -> str:
    """Describe what happened where Terraform could not write a state, and what follows."""
    return (
        f"{stack.id}: the place of its state could not be reached. What Terraform made is written down in\n"
        f"  {relative_path(stack.directory / ERRORED)}\n"
        "  Keep that file. The same command, run again from here, puts it where it belongs and goes on."
    )


def locked(session: Session, stacks: Sequence[SynthesizedStack]) -> list[str]:
    """Describe the locks on these stacks, and, where a holder is gone, what it may have left."""
    now, held = datetime.now(UTC), session.store.locks(stacks)
    gone = abandoned(held)
    notes = [describe_abandoned(lock, now, session.command) for lock in gone]
    notes += [describe_held(lock, now) for lock in held if lock not in gone]
    return (
        [*notes, *_asked(lambda: [report(session.name, session.unmanaged())], "what no state knows")] if gone else notes
    )


def _asked(ask: Callable[[], list[str]], what: str) -> list[str]:
    """Return the answer; that there is none must hide nothing that is known."""
    try:
        return ask()
    except (BotoCoreError, ClientError, CommandError, OSError) as error:
        return [f"AWS could not be asked {what}: {str(error).splitlines()[0]}"]
