"""deploy and destroy: Terraform does the work; here is what must be true before, and what is said after."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import boto3

from cli.deploy.applied import Applied
from cli.deploy.checkout_lock import only_one
from cli.deploy.execution import Execution
from cli.deploy.failure import failure
from cli.domain.delegation import Delegation
from cli.errors import CommandError
from cli.recovery.accelerator_group import AcceleratorGroup
from cli.rollouts.view import ask
from cli.rollouts.watch import RolloutWatch
from cli.session import Session
from cli.state.state_file import StateFile
from cli.terraform.display import display_for
from cli.terraform.locks import abandoned, describe_abandoned, describe_held
from cli.terraform.orphaned_stacks import orphans, refuse_protected_orphan, write_empty_stack
from cli.terraform.progress import Progress, StackProgress
from cli.terraform.run_log import log_path
from cli.terraform.stack_process import Command
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from cli.terraform.terraform import apply_options, forget_imports, initialize, terraform, terraform_version
from cli.terraform.unmanaged_resources import report
from config.models.environment.shared import SHARED


@dataclass
class Run:
    """One deploy or destroy, in a checkout that nothing else works in meanwhile."""

    session: Session
    program: SynthesizedApp
    lock_timeout_seconds: int
    checkout_lock: int
    _states: list[StateFile] | None = None

    @cached_property
    def watch(self) -> RolloutWatch | None:
        """The view of rollouts; None for the shared stacks, which have no services."""
        if self.session.name == SHARED:
            return None
        environment, services = self.session.environment, self.session.deployment.services
        by_name = {service.name: service for service in services}
        return RolloutWatch(lambda name: ask(environment, name, by_name.get(name)), environment.name)

    @property
    def accelerator_group(self) -> AcceleratorGroup | None:
        """The deletion of the security group that an accelerator leaves in the VPC; None where there is no VPC."""
        vpcs = [id_ for state in self.states for kind, id_ in state.managed_ids if kind == "aws_vpc"]
        if not vpcs:
            return None
        ec2 = boto3.client("ec2", region_name=self.session.place.region)
        return AcceleratorGroup(ec2, f"{self.session.name}-network", vpcs[0])

    @property
    def delegation(self) -> Delegation | None:
        """The domain's delegation; None for the shared stacks, which have no domain."""
        return Delegation(self.session.environment) if self.session.name != SHARED else None

    @cached_property
    def terraform_version(self) -> str:
        """The version of the Terraform on this machine."""
        return terraform_version(self.session.terraform.environment)

    @property
    def states(self) -> list[StateFile]:
        """Every state of the environment, read once and again after each change."""
        if self._states is None:
            self._states = self.session.states()
        return self._states

    def forget_states(self) -> None:
        """Read the states again when they are asked for next: somebody has written one."""
        self._states = None

    def orphans(self) -> list[StateFile]:
        """Return the states with resources whose stack the program no longer has."""
        return orphans(self.program, self.states)

    def deployed(self) -> set[str]:
        """Return the keys of the states that hold anything."""
        return {state.key for state in self.states if state.resources}

    def applied(self, stacks: Sequence[SynthesizedStack]) -> Applied:
        """Return what is known of these stacks, and of all states."""
        records = self.session.store.records
        return Applied(
            states={f"{self.program.environment}-{state.stack}": state for state in self.states},
            records=records.read(stacks) if records else {},
            terraform=self.terraform_version,
        )

    def differences(self, stacks: Sequence[SynthesizedStack]) -> dict[str, str]:
        """Return the stacks that differ from what was applied last, and why: all where nothing notes that."""
        if self.session.store.records is None:
            return {stack.name: "Terraform Cloud keeps no note of what was applied" for stack in stacks}
        applied = self.applied(stacks)
        return {stack.name: why for stack in stacks if (why := applied.difference(stack))}

    def refuse_abandoned_locks(self, stacks: Sequence[SynthesizedStack]) -> None:
        """Refuse a lock that nobody will release; any other is waited for, and its holder named."""
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

    def execute(self, command: Command, stacks: Sequence[SynthesizedStack], *, everything: bool = False) -> Progress:
        """Run Terraform in each of these stacks, in the order of their needs; what is applied is left alone.

        With `everything` that is planned as well.
        """
        progress = Progress(stack.id for stack in stacks)
        log = log_path(self.session.root, command, self.session.name)
        display = display_for(self.session.console, progress)
        delegation, watch = self.delegation, self.watch if command == "deploy" else self.accelerator_group
        try:
            outcome = Execution(
                command,
                stacks,
                self.session.terraform,
                progress,
                display,
                log,
                self.lock_timeout_seconds,
                self.checkout_lock,
                self.session.store.records,
                self.applied(stacks),
                everything=everything,
                notice=delegation.notice if delegation else lambda _: None,
                watch=watch.look if watch else lambda _: (),
            ).run()
        finally:
            self._states = None
            for stack in stacks:
                forget_imports(stack.directory)
            if watch:
                watch.close()
            display.close()
        if not outcome.is_good:
            raise failure(self.session, command, outcome.signal_code, progress, log, stacks, delegation)
        return progress

    def destroy_orphan(self, orphan: StateFile) -> None:
        """Destroy a stack that only its state still knows."""
        refuse_protected_orphan(orphan)
        stack = write_empty_stack(self.session.root, self.program, orphan)
        self.refuse_abandoned_locks([stack])
        environment = self.session.terraform.environment
        self.session.say(f"{stack.id}: {orphan.resources} resources to destroy, known from its state alone")
        initialize(stack.directory, self.session.terraform)
        progress, log = StackProgress(stack.id), log_path(self.session.root, "destroy", stack.id)
        log.parent.mkdir(parents=True, exist_ok=True)
        arguments = ["apply", *apply_options(self.lock_timeout_seconds)]
        done = terraform(stack.directory, arguments, environment, output=subprocess.PIPE)
        log.write_text(done.stdout)
        for line in done.stdout.splitlines():
            progress.read(line)
        self._states = None
        if done.returncode != 0:
            errors = "\n  ".join(progress.errors)
            raise CommandError(f"{stack.id} could not be destroyed:\n  {errors}\nFull log: {log}")
        self.session.say(f"{stack.id}: {progress.outcome}")

    def forget_empty_states(self) -> None:
        """Delete the states of stacks that are gone and hold no resource."""
        self._states = None
        self.session.store.forget_empty(self.program)


@contextmanager
def exclusive_run(session: Session, *, lock_timeout_seconds: int) -> Iterator[Run]:
    """Hold the checkout's lock, and yield a run of the environment's program as it is now."""
    with only_one(session.root, timeout_seconds=lock_timeout_seconds, say=session.say) as descriptor:
        session.need_state_store()
        program = session.synthesize()
        for line in session.store.prepare(program):
            session.say(line)
        yield Run(session, program, lock_timeout_seconds, descriptor)
