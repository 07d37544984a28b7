"""Runs the real cdktf command: the right environment, a log, progress while it runs, and a clean stop."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.errors import CommandError
from cli.terraform.display import Display
from cli.terraform.interrupts import FORCING, GracefulStop, noted_signals
from cli.terraform.progress import Progress

LOGS = Path("build/logs")
POLL_SECONDS = 0.1

QUIET = {
    "CI": "true",  # no redrawn frames in the log
    "CHECKPOINT_DISABLE": "1",
    "DISABLE_VERSION_CHECK": "1",
    "FORCE_COLOR": "0",
    # One stack fails while another works: cdktf 0.21 dies of it, and Terraform with it, in the middle of an apply.
    "NODE_OPTIONS": "--unhandled-rejections=warn",
    "TF_IN_AUTOMATION": "1",
}


@dataclass(frozen=True)
class Cdktf:
    """The cdktf command for one checkout."""

    root: Path
    environment: Mapping[str, str]
    skip_provider_lock: bool
    keep_open: tuple[int, ...] = ()
    """File descriptors that cdktf inherits: the checkout's lock is held as long as cdktf lives."""
    notice: Callable[[str], str | None] = lambda _: None
    """What else to say to a line of the output."""
    watch: Callable[[Progress], Iterable[str]] = lambda _: ()
    """What else to say from time to time; it must not wait."""

    def arguments(self, command: str, stacks: Sequence[str], options: Sequence[str] = ()) -> list[str]:
        """Return the command line."""
        program = self.root / "node_modules/.bin/cdktf"
        lock = ["--skip-provider-lock"] if self.skip_provider_lock else []
        return [str(program), command, *stacks, *options, *lock, "--no-color"]

    def run(
        self, arguments: Sequence[str], *, log: Path, progress: Progress, display: Display, lock_timeout: str
    ) -> int:
        """Run to the end, or until a signal has been obeyed; the exit code is then 128 + signal."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as sink, log.open("rb") as source, noted_signals() as received:
            process = subprocess.Popen(
                arguments,
                cwd=self.root,
                env=self._environment(lock_timeout),
                stdin=subprocess.DEVNULL,
                stdout=sink,  # a file, not a pipe: cdktf outlives us and ends its work if we are killed
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.keep_open,
            )
            stop, told, reader = GracefulStop(process.pid), 0, LineReader(source)
            while process.poll() is None:
                self._show(reader, progress, display)
                if received.count > told:
                    told = received.count
                    _say_signal(display, told)
                if told:
                    stop.step(forced=told >= FORCING)
                time.sleep(POLL_SECONDS)
            self._show(reader, progress, display)
            return received.exit_code or process.returncode

    def _show(self, reader: LineReader, progress: Progress, display: Display) -> None:
        try:
            for line in reader.new_lines():
                if stack := progress.read(line):
                    display.changed(stack)
                if text := self.notice(line):
                    display.say(text)
            for text in self.watch(progress):
                display.say(text)
            display.tick()
        except OSError:
            return  # the terminal has gone (SIGHUP); what runs is still waited for

    def _environment(self, lock_timeout: str) -> dict[str, str]:
        environment = {**self.environment, **QUIET}
        for command in ("plan", "apply", "destroy"):
            variable = f"TF_CLI_ARGS_{command}"
            given = environment.get(variable, "")
            environment[variable] = f"-lock-timeout={lock_timeout} {given}".strip()
        return environment


class LineReader:
    """The whole lines that have been added to a growing file."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._rest = source, b""

    def new_lines(self) -> list[str]:
        """Return the complete lines since the last call."""
        *lines, self._rest = (self._rest + self._source.read()).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]


def log_path(root: Path, command: str, environment: str) -> Path:
    """Return the path of a new log file for this command."""
    return root / LOGS / f"{time.strftime('%Y%m%d-%H%M%S')}-{command}-{environment}-{os.getpid()}.log"


def fail_with_log(what: str, progress: Progress, log: Path, exit_code: int) -> CommandError:
    """Everything that Terraform and cdktf said was wrong, per stack, and where the rest stands."""
    blocks = []
    for stack in progress.stacks.values():
        if stack.errors:
            indent = " " * (len(stack.stack) + 2)
            blocks.append("\n  ".join([f"{stack.stack}:", *(e.removeprefix(indent) for e in stack.errors)]))
    if not blocks:
        blocks = ["\n".join(progress.errors) or "cdktf gave no reason"]
    return CommandError("\n\n".join([f"{what} failed.", *blocks, f"Full log: {log}"]), exit_code=exit_code)


def _say_signal(display: Display, count: int) -> None:
    words = "Stopping: Terraform finishes what it has begun, writes its state and releases its locks."
    if count == FORCING - 1:
        words = "Still waiting for Terraform. Once more makes it exit at once, and lose what it is creating now."
    elif count >= FORCING:
        words = "Telling Terraform to exit at once."
    try:
        display.say(words)
    except OSError:
        return
