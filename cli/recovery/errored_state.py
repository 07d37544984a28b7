"""`errored.tfstate`: what Terraform wrote to disk because it could not reach the place of its state.

The next deploy puts it there, where it is known to follow what is there now. It never forces: Terraform's own
`state push` compares lineage and serial once more. https://developer.hashicorp.com/terraform/cli/commands/state/push
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.deploy.run import Run
from cli.errors import CommandError
from cli.root import relative_path
from cli.session import Session
from cli.state.applied_record import read_begun
from cli.state.state_file import StateFile
from cli.terraform.locks import abandoned
from cli.terraform.orphaned_stacks import DIRECTORY
from cli.terraform.synthesized import ERRORED, OUTPUT, SynthesizedStack
from cli.terraform.terraform import initialize, terraform
from config.loopback import is_loopback

SUPERSEDED = "errored.superseded.tfstate"
"""What is kept of one that may not be pushed any more."""


@dataclass(frozen=True)
class ErroredState:
    """One such file, and the stack whose state it is."""

    stack: SynthesizedStack
    content: dict[str, Any]

    @property
    def path(self) -> Path:
        """The file."""
        return self.stack.directory / ERRORED

    def objection(self, remote: StateFile | None, last_begun: str | None) -> str | None:
        """Return why it may not follow this state, which is where it belongs; None if it may.

        Where the deploy that wrote it is the last that has begun, nobody can have written since.
        """
        begun = read_begun(self.stack.directory)
        is_last = begun is not None and begun.id == last_begun
        if remote is None or not remote.content.get("lineage"):
            return None if is_last else "there is no state that it could follow"
        if remote.content["lineage"] != self.content.get("lineage"):
            return "the state has another lineage: it is of another stack, or of another time"
        if remote.content["serial"] >= self.content.get("serial", 0):
            return f"the state has been written since: it has serial {remote.content['serial']}"
        if not is_last and last_begun is not None:
            return "another deploy has begun since"
        return None


def find_errored(root: Path, environment: str) -> Iterator[SynthesizedStack]:
    """Yield the stacks of the environment in whose directory such a file lies, those that left the program too."""
    for folder in (root / OUTPUT / "stacks", root / DIRECTORY):
        for path in sorted(folder.glob(f"{environment}-*/{ERRORED}")):
            yield SynthesizedStack(id=path.parent.name, dependencies=(), directory=path.parent)


def push_errored(run: Run) -> None:
    """Put each where it belongs, and say so; what may not go there is kept beside, and said as well."""
    session = run.session
    for stack in find_errored(session.root, session.name):
        if _is_of_another_aws(stack, session):
            continue
        try:
            errored = ErroredState(stack, json.loads((stack.directory / ERRORED).read_text()))
        except ValueError:
            _keep(stack, session, "it was cut off while it was written")
            continue
        states = {state.key: state for state in run.states}
        remote = states.get(stack.state_key)
        records = session.store.records
        last_begun = records.last_begun(stack) if records else None
        if remote is not None and remote.content == errored.content:
            errored.path.unlink()
        elif objection := errored.objection(remote, last_begun):
            _keep(stack, session, objection)
        else:
            _push(errored, session)
            run.forget_states()


def _push(errored: ErroredState, session: Session) -> None:
    stack, environment = errored.stack, session.terraform.environment
    for lock in abandoned(session.store.locks([stack])):
        session.store.unlock(lock)
        session.say(f"{stack.id}: released the lock {lock.id} of the deploy that could not release it")
    initialize(stack.directory, session.terraform)
    done = terraform(stack.directory, ["state", "push", ERRORED], environment, output=subprocess.PIPE)
    if done.returncode != 0:
        raise CommandError(
            f"{relative_path(errored.path)} holds what the last deploy made, and cannot be put where states are kept:\n"
            f"{done.stdout.strip()}",
            fix="keep the file, mend what is named above, and run the same command again",
        )
    errored.path.unlink()
    session.say(
        f"{stack.id}: the state that the last deploy could not write is written now, serial {errored.content['serial']}"
    )


def _is_of_another_aws(stack: SynthesizedStack, session: Session) -> bool:
    """Return whether it is of a local AWS that has gone; one of an account stays where it is, and is said."""
    begun = read_begun(stack.directory)
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if begun is None or begun.endpoint == endpoint:
        return False
    if is_loopback(begun.endpoint):
        (stack.directory / ERRORED).unlink()  # nothing is kept there: what it describes has gone with it
        return True
    raise CommandError(
        f"{relative_path(stack.directory / ERRORED)} holds what a deploy made in another AWS than "
        f"{session.target.description}, and could not write down there",
        fix=f"first run groundwork deploy {session.name} there, which puts it where it belongs",
    )


def _keep(stack: SynthesizedStack, session: Session, why: str) -> None:
    kept = (stack.directory / ERRORED).replace(stack.directory / SUPERSEDED)
    session.say(
        f"{stack.id}: {ERRORED} is left out, for {why}. It is kept as {relative_path(kept)}; "
        "what it knows and no state does is looked for by its tags"
    )
