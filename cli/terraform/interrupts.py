"""Ctrl-C and SIGTERM in the middle of an apply: Terraform finishes what it has begun and writes its state.

Each Terraform runs in a session of its own, which the terminal's Ctrl-C does not reach, so that it is told once, by us.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORCING = 3
"""The signal that no longer waits for Terraform: it loses the resources that are then being made."""

ECHO_SECONDS = 1.0


@dataclass
class Received:
    """The signals that have come so far."""

    first: signal.Signals | None = None
    count: int = 0
    last_at: float = float("-inf")

    def note(self, number: signal.Signals, now: float) -> None:
        """One Ctrl-C can arrive several times: from the terminal, from make, from `timeout`."""
        self.first = self.first or number
        if now - self.last_at > ECHO_SECONDS:
            self.count += 1
            self.last_at = now

    @property
    def exit_code(self) -> int:
        """The exit code of a command that this signal ended."""
        return 128 + self.first if self.first else 0


@contextmanager
def noted_signals() -> Iterator[Received]:
    """Within this block a signal is written down, not obeyed."""
    received = Received()

    def note(number: int, _frame: FrameType | None) -> None:
        received.note(signal.Signals(number), time.monotonic())

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class Process:
    """A running program."""

    pid: int
    parent: int
    state: str
    command: str

    @property
    def is_terraform(self) -> bool:
        """True for a Terraform process."""
        return self.command.rpartition("/")[2] == "terraform" and not self.state.startswith("Z")


def read_stat(text: str) -> Process:
    """Linux' /proc/<pid>/stat."""
    pid, _, rest = text.partition(" (")
    command, _, fields = rest.rpartition(") ")
    state, parent = fields.split()[:2]
    return Process(int(pid), int(parent), state, command)


def read_ps(listing: str) -> list[Process]:
    """Return the output of `ps -axo pid=,ppid=,stat=,comm=`, for macOS."""
    rows = (line.split(None, 3) for line in listing.splitlines())
    return [Process(int(row[0]), int(row[1]), row[2], row[3].strip()) for row in rows if len(row) == 4]


def processes() -> list[Process]:
    """Return the processes of this machine."""
    if not Path("/proc/self/stat").exists():
        ps = ["ps", "-axo", "pid=,ppid=,stat=,comm="]
        return read_ps(subprocess.run(ps, capture_output=True, text=True, check=True).stdout)
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended in the meantime
            found.append(read_stat(path.read_text()))
    return found
