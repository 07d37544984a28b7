"""One deploy or destroy of several stacks: Terraform in each, what is shown meanwhile, and what is noted after."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TextIO

from botocore.exceptions import BotoCoreError, ClientError

from cli.deploy.applied import Applied
from cli.state.applied_record import AppliedRecords
from cli.terraform.display import Display
from cli.terraform.interrupts import FORCING
from cli.terraform.progress import Progress, StackProgress
from cli.terraform.provider_mirror import PARALLEL_STACKS, TerraformSetup
from cli.terraform.scheduler import Outcome, Scheduler
from cli.terraform.stack_process import Command, StackProcess
from cli.terraform.synthesized import ERRORED, SynthesizedStack

FULL_BYTES = 1_000_000
"""What is left of a disk that a log or Terraform's own files no longer fit on."""

DESTROYED_AT_A_TIME = 6
"""More than are deployed at a time: nearly all of them wait, for AWS or for their turn."""

_ADDRESS = re.compile(r"(?<![\w.])[a-z]\w*\.[\w-]+")


@dataclass
class Execution:
    """The work on these stacks, and all that it needs to know."""

    command: Command
    stacks: Sequence[SynthesizedStack]
    terraform: TerraformSetup
    progress: Progress
    display: Display
    log: Path
    lock_timeout_seconds: int
    checkout_lock: int
    records: AppliedRecords | None
    applied: Applied
    everything: bool = False
    """Whether to plan what is known to be applied as well."""
    notice: Callable[[str], str | None] = lambda _: None
    """What else to say to a line of the output."""
    watch: Callable[[Progress], Iterable[str]] = lambda _: ()
    """What else to say from time to time; it must not wait."""
    _is_forced: bool = False
    _whole: TextIO = field(init=False)

    def run(self) -> Outcome:
        """Work on all of them; the whole output goes to the log, each line with its stack."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._whole = self.log.open("a")
        try:
            return Scheduler(
                self.stacks,
                begin=self._begin,
                look=self._look,
                finish=self._finish,
                proceed=self._proceed,
                tick=self._tick,
                signalled=self._signalled,
                most=DESTROYED_AT_A_TIME if self._ahead else PARALLEL_STACKS,
                most_initializing=self.terraform.parallel_inits,
                backwards=self.command == "destroy",
                most_ahead=min(os.cpu_count() or 1, PARALLEL_STACKS) if self._ahead else 0,
            ).run()
        finally:
            with suppress(OSError):  # what a full disk has not taken yet
                self._whole.close()

    @property
    def _ahead(self) -> bool:
        """True if plans are made ahead; in Terraform Cloud one that waits would hold up its workspace's other runs."""
        return self.command == "destroy" and self.records is not None

    @cached_property
    def _folder(self) -> Path:
        """One file for each stack, which Terraform goes on to write if this process is killed."""
        return self.log.with_suffix("")

    def _begin(self, stack: SynthesizedStack) -> StackProcess | int:
        its = self.progress.stacks[stack.id]
        if words := self._needs_nothing(stack):
            its.leave_alone(words)
            self._changed(its)
            return 0
        work = StackProcess(
            stack,
            self.command,
            self.terraform,
            self._folder / f"{stack.id}.log",
            self.lock_timeout_seconds,
            keep_open=(self.checkout_lock,),
            ahead=self._ahead,
        )
        return self._begun(stack, work.start, changes=not self._ahead) or work

    def _proceed(self, stack: SynthesizedStack, work: StackProcess) -> int:
        return self._begun(stack, work.proceed, changes=True)

    def _begun(self, stack: SynthesizedStack, begin: Callable[[], None], *, changes: bool) -> int:
        try:
            if changes and self.records:
                self.records.take_back(stack)
            begin()
        except (BotoCoreError, ClientError, OSError) as error:
            its = self.progress.stacks[stack.id]
            its.fail(f"Error: not begun: {error}")
            self._changed(its)
            return 1
        return 0

    def _needs_nothing(self, stack: SynthesizedStack) -> str | None:
        """Return why no Terraform has to look at the stack, if none has to."""
        if self.command == "destroy":
            state = self.applied.states.get(stack.id)
            return None if state and state.resources else "nothing is there"
        known = self.records and not self.everything and self.applied.difference(stack) is None
        return "no changes since it was applied" if known else None

    def _look(self, stack: SynthesizedStack, work: StackProcess) -> None:
        for line in work.new_lines():
            told = f"{stack.id}  {self._with_path(stack, line)}"
            with suppress(OSError):  # a full disk must not end what Terraform does
                print(told, file=self._whole, flush=True)
            if changed := self.progress.read(told):
                self._changed(changed)
            if text := self.notice(told):
                self._say(text)

    def _finish(self, stack: SynthesizedStack, code: int) -> int:
        its = self.progress.stacks[stack.id]
        if code:
            its.fail(f"Error: Terraform ended with {_in_words(code)}, {self._no_reason()}.")
        if self.records:
            try:
                self._note(stack, self.records, code)
            except (BotoCoreError, ClientError, OSError) as error:
                self._say(f"{stack.id}: it is not noted that it is applied: {error}")
        self._changed(its)
        return code

    def _no_reason(self) -> str:
        with suppress(OSError):
            if shutil.disk_usage(self._folder).free < FULL_BYTES:
                return f"and the disk of {self._folder} is full, so that its reason is not written anywhere"
        return "and gave no reason"

    def _note(self, stack: SynthesizedStack, records: AppliedRecords, code: int) -> None:
        """Note that it has ended, well or in good order: of anything else the next deploy looks for what it left."""
        if code > 0 and not self._is_forced and not (stack.directory / ERRORED).exists():
            records.write(stack, None)
        elif code == 0 and self.command == "deploy" and (state := records.state(stack)):
            self.applied, record = self.applied.after_deploy(stack, state)
            records.write(stack, record)

    def _tick(self) -> None:
        for text in self.watch(self.progress):
            self._say(text)
        with suppress(OSError):
            self.display.tick()

    def _signalled(self, count: int) -> None:
        words = "Stopping: Terraform finishes what it has begun, writes its state and releases its locks."
        if count == FORCING - 1:
            words = "Still waiting for Terraform. Once more makes it exit at once, and lose what it is creating now."
        elif count >= FORCING:
            self._is_forced = True
            words = "Telling Terraform to exit at once."
        self._say(words)

    def _changed(self, its: StackProgress) -> None:
        with suppress(OSError):  # the terminal has gone (SIGHUP); what runs is still waited for
            self.display.changed(its)

    def _say(self, text: str) -> None:
        with suppress(OSError):
            self.display.say(text)

    def _with_path(self, stack: SynthesizedStack, line: str) -> str:
        """Return the line with the construct's path behind the first address in it, as cdktf writes it."""
        paths = stack.construct_paths
        for match in _ADDRESS.finditer(line):
            if path := paths.get(match[0]):
                return f"{line[: match.end()]} ({path}){line[match.end() :]}"
        return line


def _in_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
