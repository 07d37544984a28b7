"""`terraform plan` in every stack, several at a time; the plan files, which hold secrets, are gone when this ends."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from cli.errors import CommandError
from cli.session import Session
from cli.terraform.interrupts import Received, noted_signals
from cli.terraform.provider_mirror import PARALLEL_STACKS, TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, refuse_interrupted, terraform_until

NO_CHANGES, FAILED, CHANGES = 0, 1, 2
"""What `terraform plan -detailed-exitcode` ends with."""

SUMMARY = re.compile(r"^Plan: .*$", re.MULTILINE)
_READS = re.compile(r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)")
ADDRESS = re.compile(r"^\s*# (\S+)(?: \(.*?\))? ((?:will|must) be .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """One stack's plan."""

    stack: SynthesizedStack
    code: int
    text: str
    waits_for: tuple[str, ...] = ()
    document: str = ""
    """The plan as JSON, where it was asked for and something changes."""

    @property
    def summary(self) -> str:
        """The number of changes, in words."""
        if self.waits_for:
            return f"waits for {', '.join(self.waits_for)}, which nobody has deployed yet"
        if self.code == NO_CHANGES:
            return "no changes"
        match = SUMMARY.search(self.text)
        return match.group(0) if match else "only outputs change"

    @property
    def changes(self) -> list[str]:
        """Each resource that changes, in one line."""
        return [f"{address} {what}" for address, what in ADDRESS.findall(self.text)]


def plan_all(session: Session, stacks: Sequence[SynthesizedStack], *, with_documents: bool = False) -> Iterator[Plan]:
    """Plan all stacks but those whose upstream has no state, and return the plans in the order of the stacks.

    No lock is taken: nothing changes. A stack that cannot be planned raises CommandError.
    """
    deployed = {state.stack for state in session.states()}
    setup = session.terraform
    with (
        tempfile.TemporaryDirectory(prefix="groundwork-plan-") as folder,
        noted_signals() as received,
        ThreadPoolExecutor(PARALLEL_STACKS) as threads,
    ):
        planner = _Planner(
            setup, received, BoundedSemaphore(setup.parallel_inits), Path(folder) if with_documents else None
        )

        def plan(stack: SynthesizedStack) -> Plan:
            absent = missing(stack, deployed)
            return Plan(stack, CHANGES, "", tuple(absent)) if absent else planner.plan(stack)

        yield from threads.map(plan, stacks)
        refuse_interrupted(received)


@dataclass(frozen=True)
class _Planner:
    setup: TerraformSetup
    received: Received
    inits: BoundedSemaphore
    folder: Path | None
    """Where plans are kept to be read, if they are."""

    def plan(self, stack: SynthesizedStack) -> Plan:
        with self.inits:
            initialize(stack.directory, self.setup, received=self.received)
        file = str(self.folder / stack.id) if self.folder else None
        options = [
            "-detailed-exitcode",
            "-input=false",
            "-lock=false",
            "-no-color",
            *([f"-out={file}"] if file else []),
        ]
        done = self._terraform(stack, "plan", *options)
        if done.returncode == FAILED:
            raise CommandError(f"{stack.id} cannot be planned\n{done.stdout}")
        if not file or done.returncode == NO_CHANGES:  # to read a plan takes as long as to make it
            return Plan(stack, done.returncode, done.stdout)
        shown = self._terraform(stack, "show", "-json", file)
        if shown.returncode != 0:
            raise CommandError(f"the plan of {stack.id} cannot be read\n{shown.stdout}")
        return Plan(stack, done.returncode, done.stdout, document=shown.stdout)

    def _terraform(self, stack: SynthesizedStack, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = self.setup.environment
        return terraform_until(self.received, stack.directory, arguments, environment, output=subprocess.PIPE)


def missing(stack: SynthesizedStack, deployed: set[str]) -> list[str]:
    """Return the stacks whose outputs it reads and that have no state yet."""
    upstream = {id_.partition("-")[2] for id_ in reads(stack)}
    return sorted(upstream - deployed)


def reads(stack: SynthesizedStack) -> dict[str, set[str]]:
    """Return the outputs that this stack uses, by the id of the stack that has them."""
    found: dict[str, set[str]] = {}
    for id_, output in _READS.findall(stack.text):
        found.setdefault(id_, set()).add(output)
    return found
