"""Terraform at work on one stack: its `init`, then its apply or destroy, each a process whose output goes to a file.

A destroy can begin ahead of its turn, while stacks that need this one still exist: Terraform makes its plan, asks
whether to go on, and is answered when the turn comes. It holds the state's lock meanwhile.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import ASKS, INIT, MAY_ASK, QUIET, apply_options, asked_options, forget_initialization

Command = Literal["deploy", "destroy"]
NOT_BEGUN = 1
"""The exit code of a stack that was told to stop before it could change anything."""
LAST_STEP: Mapping[Command, Sequence[str]] = {"deploy": ["apply"], "destroy": ["apply", "-destroy"]}


@dataclass
class StackProcess:
    """The steps of one stack, one after the other until one fails. Call `poll` until it answers.

    The output goes to a file and not to a pipe, and the process into a session of its own: where this one is killed,
    Terraform ends its work, writes its state and releases its lock.
    """

    stack: SynthesizedStack
    command: Command
    setup: TerraformSetup
    log: Path
    lock_timeout_seconds: int
    keep_open: tuple[int, ...] = ()
    """File descriptors that Terraform inherits: the checkout's lock is held as long as it lives."""
    ahead: bool = False
    """Whether to wait, once the plan is made, until `proceed` is called."""
    _left: list[list[str]] = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)
    _told: int = 0
    _asked: bool = False
    _has_turn: bool = False

    def start(self) -> None:
        """Start the first step."""
        forget_initialization(self.stack.directory, self.setup)
        options = asked_options if self.ahead else apply_options
        self._left = [list(INIT), [*LAST_STEP[self.command], *options(self.lock_timeout_seconds)]]
        self._sink, self._source = self.log.open("ab"), self.log.open("rb")
        self._reader = LineReader(self._source)
        self._next()

    def poll(self) -> int | None:
        """Return the exit code of the last step, or of the one that failed; None as long as there is work."""
        code = self._process.poll()
        if code != 0 or not self._left:
            return code
        if self._told:
            return NOT_BEGUN
        self._next()
        return None

    def proceed(self) -> None:
        """Answer Terraform, which asks whether to go on."""
        self._has_turn = True
        if answers := self._process.stdin:
            answers.write(b"yes\n")
            answers.close()

    @property
    def is_initializing(self) -> bool:
        """True until Terraform has begun to plan."""
        return bool(self._left)

    @property
    def is_preparing(self) -> bool:
        """True until the plan is made, where it is made ahead."""
        return self.ahead and not self._asked

    @property
    def is_waiting(self) -> bool:
        """True from Terraform's question to its answer."""
        return self._asked and not self._has_turn

    def new_lines(self) -> list[str]:
        """Return what Terraform has said since the last call, in whole lines."""
        lines = self._reader.new_lines()
        self._asked = self._asked or any(line.startswith(ASKS) for line in lines)
        return lines

    def interrupt(self, times: int) -> None:
        """Tell Terraform to stop in good order; a second time makes it exit at once."""
        while self._told < times:
            self._told += 1
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)

    def close(self) -> None:
        """Close the files of the log."""
        self._sink.close()
        self._source.close()
        if self._process.stdin:
            self._process.stdin.close()

    def _next(self) -> None:
        self._process = subprocess.Popen(
            ["terraform", *self._left.pop(0)],
            cwd=self.stack.directory,
            env={**self.setup.environment, **QUIET, **(MAY_ASK if self.ahead else {})},
            stdin=subprocess.PIPE if self.ahead and not self._left else subprocess.DEVNULL,
            stdout=self._sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.keep_open,
        )


class LineReader:
    """The whole lines that have been added to a growing file."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._rest = source, b""

    def new_lines(self) -> list[str]:
        """Return them without their ends."""
        *lines, self._rest = (self._rest + self._source.read()).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]
