"""The routes of NAT instances that an environment no longer has: they go before others take their place."""

from __future__ import annotations

from collections.abc import Iterable

from cli.deploy.run import Run
from cli.options import confirm
from cli.state.state_file import StateFile
from cli.terraform.orphaned_stacks import in_the_way
from cli.terraform.synthesized import SynthesizedStack


def destroy_former_routes(
    run: Run, orphans: list[StateFile], stacks: Iterable[SynthesizedStack], *, yes: bool
) -> list[StateFile]:
    """Destroy the orphans whose routes stand where those of these stacks will be, and return the others."""
    first, others = in_the_way(orphans, {stack.name for stack in stacks})
    for orphan in first:
        run.session.say(f"{orphan.stack} has left the program and goes first: its routes would be in the way.")
        confirm(f"Destroy {orphan.stack}, {orphan.resources} resources?", yes or run.session.target.embedded)
        run.destroy_orphan(orphan)
    return others
