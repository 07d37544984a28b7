"""The workspaces of an environment, brought to what the program needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from cli.terraform.terraform import terraform_version
from cli.terraform_cloud.connection import Connection
from config.models.deploy_target import DeployTarget
from config.models.terraform_cloud import Execution

if TYPE_CHECKING:
    from pytfe.models import Project, Workspace


def read_by(stacks: Sequence[SynthesizedStack]) -> dict[str, set[str]]:
    """Return the stacks that read each stack's outputs: nobody else may."""
    readers: dict[str, set[str]] = {stack.id: set() for stack in stacks}
    for stack in stacks:
        for state in stack.code.get("data", {}).get("terraform_remote_state", {}).values():
            readers.setdefault(state["config"]["workspaces"]["name"], set()).add(stack.id)
    return readers


@dataclass(frozen=True)
class Workspaces:
    """The workspaces of one environment. Whatever is as it should be is left alone."""

    connection: Connection
    place: DeployTarget

    def all(self) -> dict[str, Workspace]:
        """Those of the environment that are there, by name, in whatever project."""
        from pytfe.models import WorkspaceListOptions

        options = WorkspaceListOptions(wildcard_name=f"{self.place.name}-*")
        with self.connection.explained("list the workspaces"):
            found = list(self.connection.client.workspaces.list(self.connection.settings.organization, options))
        return {workspace.name: workspace for workspace in found if workspace.name}

    def reconcile(self, program: SynthesizedApp, project: Project, *, only_missing: bool) -> Iterator[str]:
        """Make what is missing and, unless told otherwise, mend what differs. Says what it did."""
        there = self.all()
        made: set[str] = set()
        for stack in program.stacks:
            workspace = there.get(stack.id)
            if workspace is None:
                there[stack.id] = self._make(stack, project)
                made.add(stack.id)
                yield f"workspace {stack.id}: made"
                continue
            if workspace.project and workspace.project.id != project.id:
                raise CommandError(
                    f"workspace {stack.id} is already there, in another project than {project.name}, and its name is "
                    f"unique in the organization",
                    fix=f"move it to project {project.name} if it is this platform's, or use another organization",
                )
            if not (wrong := self._wrong(workspace)):
                continue
            if only_missing:
                raise CommandError(
                    f"workspace {stack.id} is not as `terraform_cloud:` says: {', '.join(sorted(wrong))}",
                    fix=f"groundwork bootstrap {self.place.name}",
                )
            self._mend(workspace, wrong)
            yield f"workspace {stack.id}: {', '.join(sorted(wrong))} corrected"
        for producer, readers in read_by(program.stacks).items():
            if producer in there and (not only_missing or producer in made or readers & made):
                yield from self._let_read(there[producer], {there[reader].id: reader for reader in readers})

    def _desired(self) -> dict[str, Any]:
        execution = self.connection.settings.execution
        desired: dict[str, Any] = {"execution_mode": execution.value, "global_remote_state": False, "auto_apply": False}
        if execution is Execution.AGENT:
            desired["agent_pool_id"] = self._agent_pool
        return desired

    @cached_property
    def _agent_pool(self) -> str:
        settings = self.connection.settings
        with self.connection.explained("list the agent pools"):
            pools = {pool.name: pool.id for pool in self.connection.client.agent_pools.list(settings.organization)}
        if settings.agent_pool not in pools:
            raise CommandError(
                f"organization {settings.organization} has no agent pool {settings.agent_pool}",
                allowed=", ".join(sorted(str(name) for name in pools)) or "there is none yet",
                fix="correct `agent_pool:` under `terraform_cloud:`, or make the pool and start an agent in it",
            )
        return pools[settings.agent_pool]

    def _make(self, stack: SynthesizedStack, project: Project) -> Workspace:
        from pytfe.models import WorkspaceCreateOptions

        settings = self.connection.settings
        if not self.connection.may("can-create-workspace"):
            raise CommandError(
                f"you may not make workspaces in organization {settings.organization}",
                fix="ask an owner for a team with the right to manage workspaces, or let them run this command",
            )
        options = WorkspaceCreateOptions(
            name=stack.id,
            description=f"Stack {stack.name} of {self.place.name}. Made by groundwork.",
            terraform_version=terraform_version(),
            project=project,
            **self._desired(),
        )
        with self.connection.explained(f"make workspace {stack.id}"):
            return self.connection.client.workspaces.create(settings.organization, options)

    def _wrong(self, workspace: Workspace) -> dict[str, Any]:
        has: dict[str, Any] = {
            "execution_mode": workspace.execution_mode and workspace.execution_mode.value,
            "global_remote_state": workspace.global_remote_state,
            "auto_apply": workspace.auto_apply or False,
            "agent_pool_id": workspace.agent_pool and workspace.agent_pool.id,
        }
        return {name: value for name, value in self._desired().items() if has[name] != value}

    def _mend(self, workspace: Workspace, wrong: Mapping[str, Any]) -> None:
        from pytfe.models import WorkspaceUpdateOptions

        # The SDK refuses an agent's mode without its pool, and the other way round.
        agent = {name: self._desired()[name] for name in ("execution_mode", "agent_pool_id") if name in self._desired()}
        options = WorkspaceUpdateOptions(**(dict(wrong) | (agent if "agent_pool_id" in agent else {})))
        with self.connection.explained(f"change workspace {workspace.name}"):
            self.connection.client.workspaces.update_by_id(workspace.id, options)

    def _let_read(self, producer: Workspace, readers: Mapping[str, str]) -> Iterator[str]:
        """Let these workspaces read the outputs of another, and no other workspace."""
        from pytfe.models import (
            Workspace,
            WorkspaceRemoveRemoteStateConsumersOptions,
            WorkspaceUpdateRemoteStateConsumersOptions,
        )

        client = self.connection.client.workspaces
        with self.connection.explained(f"say who reads the state of {producer.name}"):
            reading = {consumer.id for consumer in client.list_remote_state_consumers(producer.id)}
            if reading == set(readers):
                return
            if readers:
                wanted = [Workspace(id=reader) for reader in sorted(readers)]
                options = WorkspaceUpdateRemoteStateConsumersOptions(workspaces=wanted)
                client.update_remote_state_consumers(producer.id, options)
            else:
                gone = [Workspace(id=reader) for reader in sorted(reading)]
                client.remove_remote_state_consumers(
                    producer.id, WorkspaceRemoveRemoteStateConsumersOptions(workspaces=gone)
                )
        yield f"workspace {producer.name}: read by {', '.join(sorted(readers.values())) or 'no other'}"
