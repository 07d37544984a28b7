"""The states of an environment in Terraform Cloud, to copy from or to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.terraform.locks import MOVED
from cli.terraform_cloud.connection import Connection
from cli.terraform_cloud.copied_state import State

if TYPE_CHECKING:
    from pytfe.models import Workspace


@dataclass(frozen=True)
class WorkspaceStates:
    """The states of one environment in Terraform Cloud."""

    connection: Connection
    by_name: dict[str, Workspace]

    def where(self, stack: str) -> str:
        """Return the address of a stack's state, for people."""
        return f"workspace {stack}"

    def read(self, stack: str) -> State | None:
        """Read a stack's state, or None."""
        from pytfe.errors import NotFound

        versions = self.connection.client.state_versions
        with self.connection.explained(f"read the state of {stack}"):
            try:
                version = versions.read_current(self.by_name[stack].id)
            except NotFound:
                return None  # an empty workspace
            return State(versions.download(version.id))

    def write(self, stack: str, state: State) -> None:
        """Write a stack's state."""
        from pytfe.models import StateVersionCreateOptions

        options = StateVersionCreateOptions(
            serial=state.serial,
            md5=hashlib.md5(state.content).hexdigest(),  # noqa: S324  what the API compares the upload with
            lineage=state.lineage,
        )
        with self.connection.explained(f"write the state of {stack}"):
            self.connection.client.state_versions.upload(
                self.by_name[stack].id, raw_state=state.content, options=options
            )

    def hold(self, stack: str, words: str) -> None:
        """Lock a stack's workspace, with these words for whoever meets the lock."""
        from pytfe.models import WorkspaceLockOptions

        workspace = self.by_name[stack]
        if workspace.locked:
            if str(workspace.locked_reason).startswith(MOVED):
                return
            raise CommandError(f"workspace {stack} is locked ({workspace.locked_reason}); wait until its run has ended")
        with self.connection.explained(f"lock workspace {stack}"):
            self.connection.client.workspaces.lock(workspace.id, WorkspaceLockOptions(reason=f"{MOVED}: {words}"))

    def let_go(self, stack: str) -> None:
        """Unlock a stack's workspace."""
        with self.connection.explained(f"release workspace {stack}"):
            self.connection.client.workspaces.unlock(self.by_name[stack].id)
