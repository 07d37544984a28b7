"""Works on stacks side by side, each once those that it needs are done. What fails stops only what needs it.

Where it may prepare ahead, a stack is planned before its turn comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from cli.terraform.critical_path import critical_paths, expected_minutes, lost_by
from cli.terraform.interrupts import FORCING, noted_signals
from cli.terraform.synthesized import SynthesizedStack

POLL_SECONDS = 0.05


class Work(Protocol):
    """The work of a stack's Terraform, as the scheduler sees it."""

    @property
    def is_initializing(self) -> bool:
        """True until its `init` has ended."""

    @property
    def is_preparing(self) -> bool:
        """True until it is prepared, if it is prepared ahead."""

    @property
    def is_waiting(self) -> bool:
        """True while it is prepared, and not told to proceed."""

    def proceed(self) -> None:
        """Do what it was prepared for."""

    def poll(self) -> int | None:
        """Return its exit code, or None as long as it works."""

    def interrupt(self, times: int) -> None:
        """Tell it to stop; twice is: at once."""

    def close(self) -> None:
        """Close its files."""


@dataclass
class Outcome:
    """The result of each stack, by its id."""

    done: set[str] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)
    """The exit codes of those that failed."""
    signal_code: int = 0
    """128 + the signal that ended it, if one did."""

    @property
    def is_good(self) -> bool:
        """True if nothing failed and no signal came."""
        return not self.failed and not self.signal_code


class Running(NamedTuple):
    """A stack and the work on it."""

    stack: SynthesizedStack
    work: Work


@dataclass(frozen=True)
class Scheduler:
    """Stacks, how many at a time, and what to do with each."""

    stacks: Sequence[SynthesizedStack]
    begin: Callable[[SynthesizedStack], Work | int]
    """Start its work; a number where there is none: 0 if none is needed, else the exit code of its failure."""
    look: Callable[[SynthesizedStack, Any], None]
    """Called again and again while it works, and once more when it has ended."""
    finish: Callable[[SynthesizedStack, int], int]
    """Its work has ended with this exit code; the code that counts."""
    proceed: Callable[[SynthesizedStack, Any], int]
    """A stack that was prepared ahead has its turn; the exit code of a failure, or 0."""
    tick: Callable[[], None]
    signalled: Callable[[int], None]
    """A signal has come, the first, second, ..."""
    most: int
    most_initializing: int
    minutes: Callable[[SynthesizedStack], float] = expected_minutes
    """Estimate how long the work on a stack takes: what most of the time hangs on is begun first."""
    backwards: bool = False
    """Each after those that need it: the order of destroying."""
    most_ahead: int = 0
    """How many may be prepared at a time before their turn, each of which takes a processor; 0 is none.

    Those that wait count among `most`. Their turn comes: a stack is begun after all that it needs, so of those that
    have begun the first needs none that has not.
    """
    _given_up: set[str] = field(default_factory=set)

    def run(self) -> Outcome:
        """To the end, or until a signal has been obeyed: what runs is waited for, and nothing more is started."""
        outcome, running, told = Outcome(), dict[str, Running](), 0
        needs = self._needs()
        paths = critical_paths({stack.id: self.minutes(stack) for stack in self.stacks}, needs)
        waiting = sorted(self.stacks, key=lambda stack: -paths[stack.id])
        with noted_signals() as received:
            try:
                while True:
                    for one in list(running.values()):
                        self._look_at(one, running, outcome)
                    if received.count > told:
                        told = received.count
                        self.signalled(told)
                    for one in running.values() if told else ():
                        self._interrupt(one, 2 if told >= FORCING else 1)
                    while not received.count and (stack := self._ready(waiting, needs, running, outcome)):
                        waiting.remove(stack)
                        work = self.begin(stack)
                        if isinstance(work, int):
                            self._end(stack, work, outcome)
                        else:
                            running[stack.id] = Running(stack, work)
                    if not received.count:
                        self._give_turns(running, needs, outcome)
                    if not running:
                        outcome.signal_code = received.exit_code
                        return outcome
                    self.tick()
                    time.sleep(POLL_SECONDS)
            finally:
                self._stop(running.values())

    def _look_at(self, one: Running, running: dict[str, Running], outcome: Outcome) -> None:
        code = one.work.poll()
        if one.stack.id not in self._given_up:
            self.look(one.stack, one.work)
        if code is not None:
            del running[one.stack.id]
            one.work.close()
            if one.stack.id not in self._given_up:
                self._end(one.stack, self.finish(one.stack, code), outcome)

    def _interrupt(self, one: Running, times: int) -> None:
        """Tell it to stop; what waits for its turn has changed nothing, and is neither done nor failed."""
        if one.work.is_waiting:
            self._given_up.add(one.stack.id)
        one.work.interrupt(times)

    def _give_turns(self, running: dict[str, Running], needs: Mapping[str, set[str]], outcome: Outcome) -> None:
        lost = lost_by(outcome.failed, needs)
        for one in [one for one in running.values() if one.work.is_waiting]:
            if one.stack.id in lost:
                self._interrupt(one, 1)
            elif needs[one.stack.id] <= outcome.done and (code := self.proceed(*one)):
                self._given_up.add(one.stack.id)
                one.work.interrupt(1)
                self._end(one.stack, code, outcome)

    def _end(self, stack: SynthesizedStack, code: int, outcome: Outcome) -> None:
        if code:
            outcome.failed[stack.id] = code
        else:
            outcome.done.add(stack.id)

    def _stop(self, left: Iterable[Running]) -> None:
        """After a fault of our own: no Terraform is left alone with its lock."""
        for one in left:
            one.work.interrupt(1)
        for one in left:
            while one.work.poll() is None:
                time.sleep(POLL_SECONDS)
            one.work.close()

    def _needs(self) -> dict[str, set[str]]:
        """Return the ids of those that have to be done before each stack."""
        ids = {stack.id for stack in self.stacks}
        if not self.backwards:
            return {stack.id: ids.intersection(stack.dependencies) for stack in self.stacks}
        return {id_: {other.id for other in self.stacks if id_ in other.dependencies} for id_ in ids}

    def _ready(
        self,
        waiting: Sequence[SynthesizedStack],
        needs: dict[str, set[str]],
        running: Mapping[str, Running],
        outcome: Outcome,
    ) -> SynthesizedStack | None:
        works = [one.work for one in running.values()]
        if len(works) >= self.most or sum(work.is_initializing for work in works) >= self.most_initializing:
            return None
        if not self.most_ahead:
            return next((stack for stack in waiting if needs[stack.id] <= outcome.done), None)
        if sum(work.is_preparing for work in works) >= self.most_ahead:
            return None
        lost = lost_by(outcome.failed, needs)
        return next((stack for stack in waiting if stack.id not in lost), None)
