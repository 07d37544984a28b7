"""Repairs before a deploy: the locks of killed runs, lost states, and what exists and no state knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from cli.deploy.plans import missing
from cli.deploy.run import Run
from cli.errors import CommandError
from cli.options import confirm
from cli.recovery.adoption import Adoption, find_adoptable
from cli.recovery.half_made import HalfMade, find_half_made
from cli.recovery.lost_state import LostState, lost_states
from cli.session import Session
from cli.state.store import S3States
from cli.terraform.locks import Lock, abandoned
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.tagged_resources import find_tagged
from cli.terraform.terraform import forget_imports
from cli.terraform.unmanaged_resources import Tagged, unmanaged


@dataclass(frozen=True)
class Repairs:
    """The repairs that come first, found without changing anything."""

    locks: Sequence[Lock] = ()
    lost: Sequence[LostState] = ()
    adoptions: Sequence[Adoption] = ()
    half_made: Sequence[tuple[HalfMade, str]] = ()

    def __bool__(self) -> bool:
        return bool(self.locks or self.lost or self.half_made or any(adoption.imports for adoption in self.adoptions))

    def lines(self) -> Iterator[str]:
        """Yield what there is to do, in words."""
        now = datetime.now(UTC)
        for lock in self.locks:
            yield (
                f"{lock.stack.id}: releases the lock {lock.id} of a run that was killed, "
                f"by {lock.who} ({lock.operation}) since {lock.since(now)}"
            )
        for lost in self.lost:
            yield f"{lost}: it is restored"
        for adoption in self.adoptions:
            yield from adoption.lines()
        for found, status in self.half_made:
            yield found.line(status)

    def carry_out(self, session: Session) -> None:
        """Release the locks, restore the states, and let the next run of Terraform import the rest."""
        for lock in self.locks:
            session.store.unlock(lock)
        for lost in self.lost:
            lost.restore(session.s3)
        for found, _ in self.half_made:
            found.heal(session)
        for adoption in self.adoptions:
            adoption.write()


def find_lost(session: Session) -> list[LostState]:
    """Return the states of the environment that are gone; Terraform Cloud keeps and restores its own."""
    store = session.store
    return list(lost_states(store.s3, store.bucket, session.name)) if isinstance(store, S3States) else []


def find_repairs(run: Run, chosen: Sequence[SynthesizedStack]) -> Repairs:
    """Ask AWS only about stacks whose last deploy is not known to have ended, or that have no state."""
    session = run.session
    for stack in run.program.stacks:
        forget_imports(stack.directory)  # of a deploy that was killed
    locks, half_made = abandoned(session.store.locks(chosen)), list(find_half_made(run, chosen))
    uncertain = _uncertain(run, chosen)
    if not uncertain:
        return Repairs(locks, half_made=half_made)
    try:
        lost = find_lost(session)
        restored = {one.state.key for one in lost}
        states = [*run.states, *(one.state for one in lost)]
        strays = unmanaged(find_tagged(session.name, session.place.region), states)
    except (BotoCoreError, ClientError) as error:
        session.say(f"What no state knows is not looked for: {error}")
        return Repairs(locks, half_made=half_made)
    marked = {stray.stack for stray in strays}
    suspects = [
        stack
        for stack in chosen
        if stack.state_key not in restored and (uncertain.get(stack.id) or stack.name in marked)
    ]
    known = {state.stack for state in states if state.resources}
    seen = [stack for stack in suspects if not missing(stack, known)]
    for stack in suspects:
        if stack not in seen:
            _refuse_unseen(stack, missing(stack, known), strays, session)
    return Repairs(locks, lost, [find_adoptable(session, stack) for stack in seen], half_made)


def mend(run: Run, chosen: Sequence[SynthesizedStack], *, yes: bool) -> bool:
    """Show what has to be mended before these are deployed, ask once, and do it; whether somebody has said yes."""
    session = run.session
    repairs = find_repairs(run, chosen)
    for line in repairs.lines():
        session.say(line)
    if not repairs:
        return False
    if not session.target.embedded:
        names = ", ".join(stack.name for stack in chosen)
        confirm(f"Do this, destroy nothing, and go on with {names} in {session.target.description}?", yes)
    repairs.carry_out(session)
    run.forget_states()
    return True


def _uncertain(run: Run, chosen: Sequence[SynthesizedStack]) -> dict[str, bool]:
    """Return the stacks without a state, or whose last deploy has begun and not ended: for these it is True."""
    records, deployed = run.session.store.records, run.deployed()
    begun = records.begun(chosen) if records else set()
    return {stack.id: stack.id in begun for stack in chosen if stack.id in begun or stack.state_key not in deployed}


def _refuse_unseen(stack: SynthesizedStack, absent: Sequence[str], strays: Sequence[Tagged], session: Session) -> None:
    """Refuse a stack that cannot be planned yet and of which something exists: it would be made twice."""
    if any(stray.stack == stack.name for stray in strays):
        raise CommandError(
            f"resources of {stack.id} exist and no state knows them, and what it reads of "
            f"{', '.join(absent)} has no state either",
            fix=session.command(f"adopt {session.name}"),
        )
