"""The progress of each stack, read from Terraform's output; nothing is printed here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cli.terraform.rollout_errors import readable
from cli.terraform.terraform import ASKS

ERROR_LINES = 60
"""Of one error, for the screen; the log has it whole."""

PLAN = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
APPLIED = re.compile(r"Apply complete! Resources: (?:\d+ imported, )?(\d+) added, (\d+) changed, (\d+) destroyed")
DESTROYED = re.compile(r"Destroy complete! Resources: (\d+) destroyed")
STEP_DONE = re.compile(r"^\S+( \(.*\))?: (Creation|Modifications|Destruction) complete")
STEP_BEGUN = re.compile(
    r"^(?P<type>[^. ]+)\.(?P<id>\S+?)( \((?P<path>.*)\))?: (Creating|Modifying|Destroying|Still \w+)\.\.\."
)


class Phase(StrEnum):
    """The phase of a stack's deploy."""

    WAITING = "waiting"
    INITIALIZING = "initializing"
    READY = "initialized"
    LOCKED = "waiting for the lock"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"


@dataclass
class StackProgress:
    """The progress of one stack."""

    stack: str
    phase: Phase = Phase.WAITING
    steps: int = 0
    steps_done: int = 0
    at: str = ""
    note: str = ""
    """What somebody else has to say of it meanwhile."""
    added: int = 0
    changed: int = 0
    destroyed: int = 0
    errors: list[str] = field(default_factory=list)
    left_alone: str = ""
    """Why no Terraform looked at it, if none did."""

    @property
    def finished(self) -> bool:
        """True once the stack is through, well or badly."""
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def outcome(self) -> str:
        """The end of the stack's deploy, in words."""
        counts = ((self.added, "added"), (self.changed, "changed"), (self.destroyed, "destroyed"))
        changes = ", ".join(f"{count} {what}" for count, what in counts if count)
        return self.left_alone or changes or "no changes"

    @property
    def has_changed(self) -> bool:
        """True if Terraform changed anything."""
        return bool(self.added or self.changed or self.destroyed)

    def leave_alone(self, why: str) -> None:
        """Note that no Terraform looks at it, and why."""
        self.phase, self.left_alone = Phase.DONE, why

    def fail(self, otherwise: str) -> None:
        """Note that it has failed, for the reasons that were read; where none was, for this one."""
        self.phase = Phase.FAILED
        self.errors = self.errors or [otherwise]

    def read(self, line: str) -> None:
        """Take one line of Terraform's output about this stack."""
        text = line.strip()
        if text.startswith("Error:"):
            self.phase = Phase.FAILED
            self.errors += readable(text)
        elif self.phase is Phase.FAILED:
            if len(self.errors) < ERROR_LINES:
                self.errors.append(line)
        elif text.startswith("Initializing the backend"):
            self.phase = Phase.INITIALIZING
        elif "has been successfully initialized" in text:
            self.phase = Phase.READY
        elif text.startswith("Acquiring state lock"):
            self.phase = Phase.LOCKED
        elif match := PLAN.search(text):
            self.steps = sum(int(count) for count in match.groups())
        elif text.startswith(ASKS):
            self.phase = Phase.PLANNED
        elif match := APPLIED.search(text):
            self.added, self.changed, self.destroyed = (int(count) for count in match.groups())
            self.phase = Phase.DONE
        elif match := DESTROYED.search(text):
            self.destroyed = int(match.group(1))
            self.phase = Phase.DONE
        elif STEP_DONE.match(text):
            self.steps_done += 1
        elif match := STEP_BEGUN.match(text):
            self.phase, self.at = Phase.APPLYING, f"{match['type']} {match['path'] or match['id']}"
        elif ": Refreshing state..." in text or ": Reading..." in text:
            self.phase = Phase.PLANNING


class Progress:
    """Every stack's progress, from an interleaved output.

    A line that belongs to a stack begins with its id; what follows, indented, belongs to it too.
    """

    def __init__(self, stacks: Iterable[str]) -> None:
        self.stacks = {stack: StackProgress(stack) for stack in stacks}
        self.errors: list[str] = []
        self._speaker: StackProgress | None = None

    def read(self, line: str) -> StackProgress | None:
        """Take one line; the stack that it was about, if it was about one."""
        first, _, rest = line.partition("  ")
        if first in self.stacks:
            self._speaker, line = self.stacks[first], rest
        elif line and not line.startswith(" "):
            self._speaker = None
            if "Error:" in line or (self.errors and "Stacks" not in line):
                self.errors.append(line)
        if self._speaker and line.strip():
            self._speaker.read(line)
            return self._speaker
        return None

    @property
    def finished(self) -> int:
        """The number of stacks that are through."""
        return sum(progress.finished for progress in self.stacks.values())
