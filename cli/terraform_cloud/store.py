"""The states of an environment in Terraform Cloud: one workspace for each stack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.state.state_file import SUFFIX, StateFile
from cli.terraform.locks import Lock
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from cli.terraform_cloud.aws_roles import RunRoles
from cli.terraform_cloud.connection import Connection
from cli.terraform_cloud.project import ProjectOf
from cli.terraform_cloud.variables import VariableSetOf
from cli.terraform_cloud.workspaces import Workspaces
from config.models.deploy_target import DeployTarget

if TYPE_CHECKING:
    from pytfe.models import Workspace


@dataclass(frozen=True)
class TerraformCloudStates:
    """The states of one environment in Terraform Cloud, which itself releases locks and keeps versions."""

    connection: Connection
    place: DeployTarget
    _read: dict[str, StateFile] = field(default_factory=dict)
    """By the id of the state's version, which never changes: each question costs of 30 in a minute."""

    @cached_property
    def project(self) -> ProjectOf:
        """The project of the environment."""
        return ProjectOf(self.connection, self.place.name)

    @cached_property
    def workspaces(self) -> Workspaces:
        """The workspaces of the environment."""
        return Workspaces(self.connection, self.place)

    @cached_property
    def roles(self) -> RunRoles:
        """The IAM roles of the runs."""
        return RunRoles(self.place, self.connection.settings)

    @property
    def records(self) -> None:
        """It keeps nothing of ours beside a state, so every deploy plans every stack."""

    def fault(self) -> str | None:
        """Return what `groundwork bootstrap` has yet to set up, if anything."""
        return None if self.project.find() else self.project.missing

    def bootstrap(self, program: SynthesizedApp) -> Iterator[str]:
        """Make project, workspaces and roles, or bring them up to date; yield what was done."""
        self.connection.refuse_what_the_plan_lacks()
        project, made = self.project.make()
        if made:
            yield f"project {project.name}: made"
        yield from self.workspaces.reconcile(program, project, only_missing=False)
        if self.connection.settings.execution.is_elsewhere:
            yield from self.roles.reconcile()
            yield from self._share_variables(program)

    def prepare(self, program: SynthesizedApp) -> Iterator[str]:
        """Make the workspaces of new stacks before a deploy; yield what was done."""
        done = list(self.workspaces.reconcile(program, self.project.need(), only_missing=True))
        yield from done
        if done and self.connection.settings.execution.is_elsewhere:
            yield from self._share_variables(program)

    def _share_variables(self, program: SynthesizedApp) -> Iterator[str]:
        there = self.workspaces.all()
        ids = [there[stack.id].id for stack in program.stacks]
        yield from VariableSetOf(self.connection, self.place.name).reconcile(self.roles.variables, ids)

    def states(self) -> list[StateFile]:
        """Read every state of the environment."""
        return [state for workspace in self._own() if (state := self._state(workspace))]

    def _own(self) -> list[Workspace]:
        """Return the environment's workspaces in this project: a name's beginning alone may be somebody else's."""
        project = self.project.find()
        if project is None:
            return []
        return [each for each in self.workspaces.all().values() if each.project and each.project.id == project.id]

    def _state(self, workspace: Workspace) -> StateFile | None:
        version = workspace.current_state_version
        if version is None:
            return None
        if version.id not in self._read:
            with self.connection.explained(f"read the state of {workspace.name}"):
                content = self.connection.client.state_versions.download(version.id)
            key = f"{str(workspace.name).replace('-', '/', 1)}{SUFFIX}"
            self._read[version.id] = StateFile(key, json.loads(content))
        return self._read[version.id]

    def locks(self, stacks: Sequence[SynthesizedStack]) -> list[Lock]:
        """Return the locks that somebody holds on these stacks."""
        by_name = {stack.id: stack for stack in stacks}
        return [
            self._lock(by_name[name], workspace)
            for name, workspace in self.workspaces.all().items()
            if name in by_name and workspace.locked
        ]

    def _lock(self, stack: SynthesizedStack, workspace: Workspace) -> Lock:
        from pytfe.models import WorkspaceIncludeOpt, WorkspaceReadOptions

        with self.connection.explained(f"read who holds the lock of {stack.id}"):
            found = self.connection.client.workspaces.read_by_id_with_options(
                workspace.id, WorkspaceReadOptions(include=[WorkspaceIncludeOpt.LOCKED_BY])
            )
        by = found.locked_by
        names = {
            each["id"]: each.get("attributes", {}).get("username") or each.get("attributes", {}).get("name")
            for each in found.included or []
        }
        who = "somebody"
        if by and by.run:
            who = f"run {by.run}"
        elif by and (by.user or by.team):
            who = str(names.get(by.user or by.team) or by.user or by.team)
        return Lock(
            stack=stack,
            id=self.lock_id(stack),
            who=f"{who} at {self.connection.settings.hostname}",
            operation=found.locked_reason or "without a reason",
            created=None,
        )

    def lock_id(self, stack: SynthesizedStack) -> str:
        """Return the lock's id, as Terraform names it and `terraform force-unlock` takes it."""
        return f"{self.connection.settings.organization}/{stack.id}"

    def unlock(self, lock: Lock) -> None:
        """Release a lock."""
        workspace = self.workspaces.all()[lock.stack.id]
        if lock.who.startswith("run "):
            raise CommandError(
                f"{lock.stack.id} is held by {lock.who}, and ends with it",
                fix=f"cancel the run at {self.connection.address}/app/{lock.id}/runs",
            )
        with self.connection.explained(f"release the lock of {lock.stack.id}"):
            self.connection.client.workspaces.force_unlock(workspace.id)

    def forget_empty(self, program: SynthesizedApp) -> None:
        """Delete the empty workspaces of stacks that have left the program; those of the others stay set up."""
        kept = {stack.id for stack in program.stacks}
        for workspace in self._own():
            state = self._state(workspace)
            if workspace.name not in kept and state and state.resources == 0:
                with self.connection.explained(f"delete workspace {workspace.name}"):
                    self.connection.client.workspaces.safe_delete_by_id(workspace.id)
