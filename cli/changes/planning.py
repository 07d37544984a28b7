"""The meaning of every stack's plan by the real Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.changes.meaning import meaning
from cli.changes.plan_document import StackPlan, read_plan
from cli.changes.plan_text import PlannedStack
from cli.deploy.plans import plan_all, reads
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import read_json


@dataclass(frozen=True)
class RawPlan:
    """One stack as Terraform plans it: its JSON, and its own words. Without them it waits for others."""

    stack: SynthesizedStack
    plan: StackPlan | None
    text: str
    missing: tuple[str, ...] = ()


def raw_plans(session: Session, stacks: Sequence[SynthesizedStack]) -> Iterator[RawPlan]:
    """Plan all stacks but those whose upstream has no state. No lock is taken."""
    for made in plan_all(session, stacks, with_documents=True):
        id_ = made.stack.id
        if made.waits_for:
            plan = None
        elif made.document:
            plan = read_plan(id_, read_json(made.document))
        else:
            plan = StackPlan(id_, (), frozenset())
        yield RawPlan(made.stack, plan, made.text, made.waits_for)


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
