"""The variables that an environment's runs share: which roles in AWS they act as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.terraform_cloud.connection import Connection

if TYPE_CHECKING:
    from pytfe.models import VariableSet


@dataclass(frozen=True)
class VariableSetOf:
    """The variable set of an environment's workspaces: one place instead of three variables in each."""

    connection: Connection
    environment: str

    @property
    def name(self) -> str:
        """The variable's name in Terraform Cloud."""
        return f"groundwork-{self.environment}"

    def reconcile(self, variables: Mapping[str, str], workspaces: Sequence[str]) -> Iterator[str]:
        """Make what is missing and correct what differs, for the workspaces of these ids. Says what it did."""
        from pytfe.models import (
            CategoryType,
            VariableSetApplyToWorkspacesOptions,
            VariableSetVariableCreateOptions,
            VariableSetVariableUpdateOptions,
            Workspace,
        )

        with self.connection.explained(f"set the variables of {self.environment}'s runs"):
            client = self.connection.client
            found = self._find()
            if found is None:
                found = self._make()
                yield f"variable set {self.name}: made"
            id_ = str(found.id)
            there = {each.key: each for each in client.variable_set_variables.list(id_)}
            for key, value in variables.items():
                if key not in there:
                    client.variable_set_variables.create(
                        id_, VariableSetVariableCreateOptions(key=key, value=value, category=CategoryType.ENV)
                    )
                    yield f"variable set {self.name}: {key} set"
                elif there[key].value != value:
                    client.variable_set_variables.update(
                        id_, str(there[key].id), VariableSetVariableUpdateOptions(value=value)
                    )
                    yield f"variable set {self.name}: {key} corrected"
            missing = sorted(set(workspaces) - {each.id for each in found.workspaces or []})
            if missing:
                client.variable_sets.apply_to_workspaces(
                    id_, VariableSetApplyToWorkspacesOptions(workspaces=[Workspace(id=each) for each in missing])
                )
                yield f"variable set {self.name}: given to {len(missing)} workspaces"

    def _find(self) -> VariableSet | None:
        found = self.connection.client.variable_sets.list(self.connection.settings.organization)
        return next((each for each in found if each.name == self.name), None)

    def _make(self) -> VariableSet:
        from pytfe.models import VariableSetCreateOptions

        options = VariableSetCreateOptions.model_validate(
            {
                "name": self.name,
                "description": f"How the runs of {self.environment} sign in to AWS. Made by groundwork bootstrap.",
                "global": False,
            }
        )
        return self.connection.client.variable_sets.create(self.connection.settings.organization, options)
