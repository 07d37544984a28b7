"""Ctrl-C and SIGTERM in the middle of an apply: Terraform finishes what it has begun and writes its state.

Each Terraform runs in a session of its own, which the terminal's Ctrl-C does not reach, so that it is told once, by us.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
