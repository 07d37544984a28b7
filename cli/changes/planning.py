"""Plans every stack with the real Terraform; the plan files, which hold secrets, are gone when this ends."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.changes.meaning import meaning
from cli.changes.plan_document import StackPlan, read_plan
from cli.changes.plan_text import PlannedStack
from cli.deploy.plans import FAILED, NO_CHANGES, missing, reads
from cli.errors import CommandError
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, terraform


@dataclass(frozen=True)
class RawPlan:
    """One stack as Terraform plans it: its JSON, and its own words. Without them it waits for others."""

    stack: SynthesizedStack
    plan: StackPlan | None
    text: str
    missing: tuple[str, ...] = ()


def raw_plans(session: Session, stacks: Sequence[SynthesizedStack]) -> Iterator[RawPlan]:
    """Plan one stack after the other, those whose upstream has no state excepted. No lock is taken."""
    environment = session.terraform.environment
    deployed = {state.stack for state in session.states()}
    with tempfile.TemporaryDirectory(prefix="groundwork-plan-") as folder:
        for stack in stacks:
            if absent := missing(stack, deployed):
                yield RawPlan(stack, None, "", tuple(absent))
                continue
            initialize(stack.directory, environment)
            file = str(Path(folder) / stack.id)
            options = ["-detailed-exitcode", "-input=false", "-lock=false", "-no-color", f"-out={file}"]
            done = terraform(stack.directory, ["plan", *options], environment, output=subprocess.PIPE)
            if done.returncode == FAILED:
                raise CommandError(f"{stack.id} cannot be planned\n{done.stdout}")
            if done.returncode == NO_CHANGES:  # nothing differs; to read the plan would take as long as to make it
                yield RawPlan(stack, StackPlan(stack.id, (), frozenset()), done.stdout)
                continue
            shown = terraform(stack.directory, ["show", "-json", file], environment, output=subprocess.PIPE)
            if shown.returncode != 0:
                raise CommandError(f"the plan of {stack.id} cannot be read\n{shown.stdout}")
            yield RawPlan(stack, read_plan(stack.id, json.loads(shown.stdout)), done.stdout)


def planned(raw: Sequence[RawPlan]) -> list[PlannedStack]:
    """Return the meaning of the plans, and which can still change because an upstream value will be another."""
    changed = {its.stack.id: its.plan.outputs if its.plan else None for its in raw}
    stacks = []
    for its in raw:
        waits = [
            id_.partition("-")[2]
            for id_, outputs in reads(its.stack).items()
            if id_ in changed and (changed[id_] is None or outputs & (changed[id_] or set()))
        ]
        sentences = tuple(meaning(its.plan)) if its.plan else ()
        waiting = tuple(sorted({*waits, *its.missing}))
        stacks.append(PlannedStack(its.stack.id, sentences, planned=its.plan is not None, waits_for=waiting))
    return stacks
