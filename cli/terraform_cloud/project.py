"""The project that all workspaces of an environment are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.terraform_cloud.connection import Connection

if TYPE_CHECKING:
    from pytfe.models import Project


@dataclass(frozen=True)
class ProjectOf:
    """The project of an environment: found, demanded or made."""

    connection: Connection
    environment: str

    def find(self) -> Project | None:
        """Return the project, where it is there and may be seen."""
        from pytfe.models import ProjectListOptions

        settings, _ = self.connection.settings, self.connection.organization
        with self.connection.explained(f"find project {settings.project}"):
            options = ProjectListOptions(name=settings.project)
            for project in self.connection.client.projects.list(settings.organization, options):
                if project.name == settings.project:
                    return project
        return None

    @property
    def missing(self) -> str:
        """Say that the project is not there."""
        settings = self.connection.settings
        return f"organization {settings.organization} has no project {settings.project} yet, or you may not see it"

    def need(self) -> Project:
        """Return the project, which `groundwork bootstrap` has made."""
        if found := self.find():
            return found
        raise CommandError(self.missing, fix=f"groundwork bootstrap {self.environment}")

    def make(self) -> tuple[Project, bool]:
        """Return the project, made if necessary, and whether it was."""
        from pytfe.models import ProjectCreateOptions

        settings = self.connection.settings
        if found := self.find():
            return found, False
        if not self.connection.may("can-create-project"):
            raise CommandError(
                f"organization {settings.organization} has no project {settings.project}, and you may not make it",
                fix="ask an owner to make it, or name an existing one in `terraform_cloud.project:`",
            )
        with self.connection.explained(f"make project {settings.project}"):
            options = ProjectCreateOptions(name=settings.project, description="Made by groundwork bootstrap.")
            return self.connection.client.projects.create(settings.organization, options), True
