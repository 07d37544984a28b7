"""Progress on the screen: one moving line per stack on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.terraform.progress import Phase, Progress, StackProgress

HEARTBEAT_SECONDS = 20.0
"""A log without a terminal says at least this often that something still moves."""

STYLES = {Phase.DONE: "green", Phase.FAILED: "bold red", Phase.LOCKED: "yellow", Phase.APPLYING: "cyan"}
SYMBOLS = {Phase.DONE: "✓", Phase.FAILED: "✗", Phase.LOCKED: "⏳", Phase.APPLYING: "▸", Phase.PLANNING: "▸"}
BAR_WIDTH = 20


class Display(Protocol):
    """Shows a Progress while it changes."""

    def changed(self, stack: StackProgress) -> None:
        """Show that a stack has moved on."""

    def tick(self) -> None:
        """Redraw what changes with time."""

    def say(self, text: str) -> None:
        """Print a line that stays."""

    def close(self) -> None:
        """End the display."""


def describe(stack: StackProgress) -> str:
    """Return a stack's state in a few words."""
    match stack.phase:
        case Phase.DONE:
            return stack.outcome
        case Phase.APPLYING:
            return f"{stack.steps_done}/{stack.steps}  {stack.note or stack.at}"
        case Phase.FAILED:
            return stack.errors[0] if stack.errors else "failed"
        case _:
            return stack.phase.value


class PlainDisplay:
    """A line whenever a stack begins to apply, waits for a lock, ends or fails; a heartbeat in between."""

    SHOWN = (Phase.APPLYING, Phase.LOCKED, Phase.DONE, Phase.FAILED)

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console, self._progress = console, progress
        self._begun = self._last = time.monotonic()
        self._phases: dict[str, Phase] = {}

    def changed(self, stack: StackProgress) -> None:
        """Print a line where the stack begins something new."""
        if stack.left_alone:
            return  # what is said at the end is enough
        if stack.phase in self.SHOWN and self._phases.get(stack.stack) is not stack.phase:
            self._phases[stack.stack] = stack.phase
            words = f"{stack.steps} to do" if stack.phase is Phase.APPLYING else describe(stack)
            self.say(f"{stack.stack}: {words}")

    def tick(self) -> None:
        """Redraw the lines with the time passed."""
        if time.monotonic() - self._last > HEARTBEAT_SECONDS:
            running = [s for s in self._progress.stacks.values() if s.phase is Phase.APPLYING]
            doing = "; ".join(f"{s.stack} {describe(s)}" for s in running) or "working"
            self.say(f"{self._progress.finished}/{len(self._progress.stacks)} stacks done; {doing}")

    def say(self, text: str) -> None:
        """Print a line above the moving ones."""
        self._last = time.monotonic()
        self._console.print(
            f"[{self._last - self._begun:5.0f} s] {text}", markup=False, highlight=False, soft_wrap=True
        )

    def close(self) -> None:
        """Nothing to put away."""


class LiveDisplay:
    """A table that is redrawn in place."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._progress = progress
        self._begun: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=4)
        self._live.start()

    def changed(self, stack: StackProgress) -> None:
        """Print a line when a stack begins and ends."""
        now = time.monotonic()
        if stack.phase in (Phase.PLANNING, Phase.APPLYING):
            self._begun.setdefault(stack.stack, now)
        if stack.finished:
            self._ended.setdefault(stack.stack, now)

    def tick(self) -> None:
        """Rich redraws by itself."""

    def say(self, text: str) -> None:
        """Print a line."""
        self._live.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """End the display; nothing moves that would have to stop."""
        self._live.stop()

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        now = time.monotonic()
        for stack in self._progress.stacks.values():
            style = STYLES.get(stack.phase, "dim")
            begun = self._begun.get(stack.stack)
            seconds = f"{self._ended.get(stack.stack, now) - begun:.0f} s" if begun else ""
            words = Text(describe(stack), style=style, no_wrap=True, overflow="ellipsis")
            symbol = Text(SYMBOLS.get(stack.phase, "·"), style=style)
            table.add_row(symbol, stack.stack, bar(stack), Text(seconds, justify="right"), words)
        return table


def bar(stack: StackProgress) -> Text:
    """Return the progress bar of a stack."""
    share = 1.0 if stack.phase is Phase.DONE else stack.steps_done / stack.steps if stack.steps else 0.0
    full = round(BAR_WIDTH * min(share, 1.0))
    return Text.assemble(("━" * full, "green"), ("━" * (BAR_WIDTH - full), "bright_black"))


def display_for(console: Console, progress: Progress) -> Display:
    """Return the display that suits the console: moving lines on a terminal, plain ones elsewhere."""
    return LiveDisplay(console, progress) if console.is_terminal else PlainDisplay(console, progress)
