"""The stacks that differ from what was applied last, and why: the others need no plan.

docs/adr/0024-deploys-plan-only-what-was-not-applied.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cli.deploy.code_hash import code_hash
from cli.deploy.plans import reads
from cli.state.applied_record import AppliedRecord
from cli.state.state_file import StateFile
from cli.terraform.orphaned_stacks import CROSS_STACK_READ
from cli.terraform.synthesized import SynthesizedStack


@dataclass(frozen=True)
class Applied:
    """The known states and records of the stacks of an environment, at one moment."""

    states: Mapping[str, StateFile]
    """By the id of the stack."""
    records: Mapping[str, AppliedRecord]
    terraform: str
    """The version that would work now."""

    def difference(self, stack: SynthesizedStack) -> str | None:
        """Return why the stack has to be planned; None where its state is what this code and these inputs made."""
        state, record = self.states.get(stack.id), self.records.get(stack.id)
        if state is None or not state.resources:
            return "it is not deployed"
        if state.is_half_made:
            return "something in it is half made"
        if record is None:
            return "no deploy of it is known to have ended well"
        if record.code != code_hash(stack):
            return "its code is another"
        if other := self._changed_inputs(stack, state):
            return f"it reads what has changed in {', '.join(other)}"
        if record.state != state.digest:
            return "its state has changed since"
        if record.terraform != self.terraform:
            return f"Terraform {record.terraform} applied it, and this is {self.terraform}"
        return None

    def after_deploy(self, stack: SynthesizedStack, state: StateFile) -> tuple[Applied, AppliedRecord]:
        """Return what is known once a deploy of this stack has ended well and left this state, and the note of it."""
        record = AppliedRecord(code_hash(stack), state.digest, self.terraform)
        known = replace(self, states={**self.states, stack.id: state}, records={**self.records, stack.id: record})
        return known, record

    def _changed_inputs(self, stack: SynthesizedStack, state: StateFile) -> list[str]:
        """Return the stacks of whose outputs one has another value now than when this stack's Terraform read it."""
        return sorted(
            id_
            for id_, names in reads(stack).items()
            if (now := self.states.get(id_)) is None
            or any(
                name not in now.outputs or now.outputs[name] != then
                for name, then in state.read_outputs(f"{CROSS_STACK_READ}{id_}", names).items()
            )
        )
