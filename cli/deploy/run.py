"""deploy and destroy: cdktf does the work; here is what must be true before, and what is said after."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from cli.deploy.checkout_lock import only_one
from cli.deploy.delegation import Delegation
from cli.errors import CommandError
from cli.rollouts.invocation import invoke
from cli.rollouts.view import question
from cli.rollouts.watch import RolloutWatch
from cli.session import Session
from cli.state.bucket import StateFile
from cli.terraform.cdktf_runner import Cdktf, fail_with_log, log_path
from cli.terraform.display import display_for
from cli.terraform.locks import abandoned, describe_abandoned, describe_held
from cli.terraform.orphaned_stacks import orphans, refuse_protected_orphan, write_empty_stack
from cli.terraform.progress import Phase, Progress, StackProgress
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack, waves
from cli.terraform.terraform import forget_backend, initialize, terraform
from cli.terraform.unmanaged_resources import report
from config.models.environment.shared import SHARED

PARALLEL_STACKS = 4
"""A Terraform with its provider takes 0.6 GB; more at once gain nothing on a small machine."""

SIGNALLED = 128
"""An exit code above it means: ended by the signal of that number less 128."""

Command = Literal["deploy", "destroy"]


@dataclass(frozen=True)
class Run:
    """One deploy or destroy, in a checkout that nothing else works in meanwhile."""

    session: Session
    program: SynthesizedApp
    lock_timeout_seconds: int
    checkout_lock: int

    @property
    def cdktf(self) -> Cdktf:
        """The cdktf command of this run."""
        terraform = self.session.terraform
        return Cdktf(
            self.session.root,
            terraform.environment,
            terraform.skip_provider_lock,
            keep_open=(self.checkout_lock,),
            notice=lambda line: self.delegation.notice(line) if self.delegation else None,
            watch=self.watch.look if self.watch else lambda _: (),
        )

    @cached_property
    def watch(self) -> RolloutWatch | None:
        """The view of rollouts; None for the shared stacks, which have no services."""
        if self.session.name == SHARED:
            return None
        environment, services = self.session.environment, self.session.deployment.services
        by_name = {service.name: service for service in services}
        return RolloutWatch(
            lambda name: invoke(environment, question(environment, name, by_name.get(name))), environment.name
        )

    @property
    def delegation(self) -> Delegation | None:
        """The domain's delegation; None for the shared stacks, which have no domain."""
        return Delegation(self.session.environment) if self.session.name != SHARED else None

    def orphans(self) -> list[StateFile]:
        """Return the states with resources whose stack the program no longer has."""
        return orphans(self.program, self.session.states())

    def deployed(self) -> set[str]:
        """Return the keys of the states that hold anything."""
        return {state.key for state in self.session.states() if state.resources}

    def refuse_abandoned_locks(self, stacks: Sequence[SynthesizedStack]) -> None:
        """Return a lock that nobody will release is told at once; any other is waited for, and its holder named."""
        locks = self.session.store.locks(stacks)
        now = datetime.now(UTC)
        if gone := abandoned(locks):
            told = [describe_abandoned(lock, now, self.session.command) for lock in gone]
            raise CommandError("\n".join([*told, "", report(self.session.name, self.session.unmanaged())]))
        if moved := [lock for lock in locks if lock.is_moved]:
            raise CommandError(
                "\n".join(describe_held(lock, now) for lock in moved)
                + "\n  fix: update this checkout; environments/ says where the state is now (docs/terraform-cloud.md)"
            )
        for lock in locks:
            self.session.say(f"{describe_held(lock, now)}; waiting up to {self.lock_timeout_seconds} s")
            if not lock.host:  # whether its holder still runs cannot be seen from here
                release = self.session.command(f"unlock {self.program.environment} {lock.stack.name} --id {lock.id}")
                self.session.say(f"  release it, if nobody works under it: {release}")

    def execute(self, command: Command, stacks: Sequence[SynthesizedStack]) -> Progress:
        """Run cdktf on these stacks, in as few calls as their dependencies allow."""
        progress = Progress(stack.id for stack in stacks)
        log = log_path(self.session.root, command, self.session.name)
        display = display_for(self.session.console, progress)
        partial = command == "deploy" and needs_others(stacks)
        options = ["--auto-approve", "--skip-synth", f"--parallelism={PARALLEL_STACKS}"]
        if partial:
            options.append("--ignore-missing-stack-dependencies")
        for stack in stacks:
            forget_backend(stack.directory)
        try:
            # With that option cdktf ignores the order among the chosen stacks as well, so it gets them in waves.
            for number, wave in enumerate(waves(stacks) if partial else [list(stacks)]):
                part = log if number == 0 else log.with_suffix(f".{number}.log")
                code = self.cdktf.run(
                    self.cdktf.arguments(command, [stack.id for stack in wave], options),
                    log=part,
                    progress=progress,
                    display=display,
                    lock_timeout=f"{self.lock_timeout_seconds}s",
                )
                if code:
                    break
        finally:
            if self.watch:
                self.watch.close()
            display.close()
        if code:
            raise self._failure(command, code, progress, part, stacks)
        return progress

    def _failure(
        self, command: Command, code: int, progress: Progress, log: Path, stacks: Sequence[SynthesizedStack]
    ) -> CommandError:
        now = datetime.now(UTC)
        unfinished = [stack for stack in stacks if progress.stacks[stack.id].phase is not Phase.DONE]
        locked = self.session.store.locks(unfinished)
        gone = abandoned(locked)
        notes = [describe_abandoned(lock, now, self.session.command) for lock in gone]
        notes += [describe_held(lock, now) for lock in locked if lock not in gone]
        if gone:
            notes.append(report(self.session.name, self.session.unmanaged()))
        if code > SIGNALLED:
            finished = "Terraform has finished what it had begun, written its state and released its locks.\n"
            words = f"Interrupted. {'' if locked else finished}Run the same command again to go on. Full log: {log}"
            return CommandError("\n\n".join([words, *notes]), exit_code=code)
        errors = [error for stack in progress.stacks.values() for error in stack.errors]
        if advice := self.delegation and self.delegation.explain(errors):
            notes.append(advice)
        failure = fail_with_log(f"{command} {self.session.name}", progress, log, 1)
        return CommandError("\n\n".join([str(failure), *notes]), exit_code=1)

    def destroy_orphan(self, orphan: StateFile) -> None:
        """Destroy a stack that only its state still knows."""
        refuse_protected_orphan(orphan)
        stack = write_empty_stack(self.session.root, self.program, orphan)
        self.refuse_abandoned_locks([stack])
        environment = self.session.terraform.environment
        self.session.say(f"{stack.id}: {orphan.resources} resources to destroy, known from its state alone")
        initialize(stack.directory, environment)
        progress, log = StackProgress(stack.id), log_path(self.session.root, "destroy", stack.id)
        log.parent.mkdir(parents=True, exist_ok=True)
        timeout = f"-lock-timeout={self.lock_timeout_seconds}s"
        arguments = ["apply", "-auto-approve", "-input=false", "-no-color", timeout]
        done = terraform(stack.directory, arguments, environment, output=subprocess.PIPE)
        log.write_text(done.stdout)
        for line in done.stdout.splitlines():
            progress.read(line)
        if done.returncode != 0:
            errors = "\n  ".join(progress.errors)
            raise CommandError(f"{stack.id} could not be destroyed:\n  {errors}\nFull log: {log}")
        self.session.say(f"{stack.id}: {progress.outcome}")

    def forget_empty_states(self) -> None:
        """Delete the states of stacks that are gone and hold no resource."""
        self.session.store.forget_empty(self.program)


def needs_others(stacks: Sequence[SynthesizedStack]) -> bool:
    """Return whether one of these stacks needs one that is not among them."""
    chosen = {stack.id for stack in stacks}
    return any(not chosen.issuperset(stack.dependencies) for stack in stacks)


@contextmanager
def exclusive_run(session: Session, *, lock_timeout_seconds: int) -> Iterator[Run]:
    """Return the checkout's lock, where the states are, and the environment's program as it is now."""
    with only_one(session.root, timeout_seconds=lock_timeout_seconds, say=session.say) as descriptor:
        session.need_state_store()
        program = session.synthesize()
        for line in session.store.prepare(program):
            session.say(line)
        yield Run(session, program, lock_timeout_seconds, descriptor)
