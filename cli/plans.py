"""What would change: `terraform plan` in every stack, the code freshly synthesized."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.errors import CommandError
from cli.program import SynthesizedStack
from cli.session import Session
from cli.terraform import initialize, terraform

NO_CHANGES, FAILED, CHANGES = 0, 1, 2
"""What `terraform plan -detailed-exitcode` ends with."""

SUMMARY = re.compile(r"^Plan: .*$", re.MULTILINE)
ADDRESS = re.compile(r"^\s*# (\S+)(?: \(.*?\))? ((?:will|must) be .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """One stack's plan."""

    stack: SynthesizedStack
    code: int
    text: str

    @property
    def summary(self) -> str:
        if self.code == NO_CHANGES:
            return "no changes"
        match = SUMMARY.search(self.text)
        return match.group(0) if match else "only outputs change"

    @property
    def changes(self) -> list[str]:
        """Each resource that changes, in one line."""
        return [f"{address} {what}" for address, what in ADDRESS.findall(self.text)]


def plan_all(session: Session, stacks: Sequence[SynthesizedStack]) -> Iterator[Plan]:
    """Plan one stack after the other. No lock is taken: a plan changes nothing."""
    environment = session.terraform.environment
    arguments = ["plan", "-detailed-exitcode", "-input=false", "-lock=false", "-no-color"]
    for stack in stacks:
        initialize(stack.directory, environment)
        done = terraform(stack.directory, arguments, environment, output=subprocess.PIPE)
        if done.returncode == FAILED:
            raise CommandError(f"{stack.id} cannot be planned\n{done.stdout}")
        yield Plan(stack, done.returncode, done.stdout)
