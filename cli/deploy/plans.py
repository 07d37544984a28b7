"""`terraform plan` in every stack, on freshly synthesized code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.errors import CommandError
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, terraform

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


def plan_all(session: Session, stacks: Sequence[SynthesizedStack]) -> Iterator[Plan]:
    """Plan one stack after the other, but those whose upstream has no state. No lock is taken: nothing changes."""
    environment = session.terraform.environment
    deployed = {state.stack for state in session.states()}
    arguments = ["plan", "-detailed-exitcode", "-input=false", "-lock=false", "-no-color"]
    for stack in stacks:
        if absent := missing(stack, deployed):
            yield Plan(stack, CHANGES, "", tuple(absent))
            continue
        initialize(stack.directory, environment)
        done = terraform(stack.directory, arguments, environment, output=subprocess.PIPE)
        if done.returncode == FAILED:
            raise CommandError(f"{stack.id} cannot be planned\n{done.stdout}")
        yield Plan(stack, done.returncode, done.stdout)


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
