"""Terraform Cloud (HCP Terraform, or a Terraform Enterprise) as the keeper of state and, if wished, the runner."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

PUBLIC_HOST = "app.terraform.io"

OrganizationName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,40}$"),
    in_words("3 to 40 letters, digits, hyphens and underscores"),
]
# https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects
ProjectName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9 _-]{1,38}[A-Za-z0-9_-]$"),
    in_words("3 to 40 letters, digits, spaces, hyphens and underscores, no space first or last"),
]
Hostname = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:[0-9]{2,5})?$"
    ),
    in_words("a host such as app.terraform.io: lower case, no https://, no path"),
]
AgentPoolName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9 ._-]{0,88}[A-Za-z0-9._-]$"),
    in_words("the name of an agent pool: 2 to 90 letters, digits, spaces and ._-"),
]


class Execution(StrEnum):
    """The machine that runs Terraform.

    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings
    """

    REMOTE = "remote"
    LOCAL = "local"
    AGENT = "agent"

    @property
    def is_elsewhere(self) -> bool:
        """Return whether it runs on another machine than the command, which then brings no AWS credentials along."""
        return self is not Execution.LOCAL


class TerraformCloud(Settings):
    """Terraform Cloud keeps every stack's state in a workspace of the stack's name, and may run Terraform."""

    organization: OrganizationName = Field(description="The organization in Terraform Cloud; it must exist.")
    project: ProjectName = Field(
        default="groundwork", description="The project of all workspaces; `groundwork bootstrap` makes it."
    )
    hostname: Hostname = Field(default=PUBLIC_HOST, description="Another one for a Terraform Enterprise of your own.")
    execution: Execution = Field(
        default=Execution.REMOTE,
        description="Where Terraform runs: remote at Terraform Cloud, agent on machines of yours, or local where the "
        "command is typed, so that Terraform Cloud only keeps and locks the state.",
    )
    agent_pool: AgentPoolName | None = Field(default=None, description="Whose agents run it, with `execution: agent`.")

    def mistakes(self) -> Iterator[Mistake]:
        """Agents belong to a pool, and only they do."""
        if self.execution is Execution.AGENT and not self.agent_pool:
            yield Mistake(
                field="execution",
                message="agents are found by their pool, and none is named",
                allowed="`execution: agent` and `agent_pool:` together, or remote, or local",
                fix="write `agent_pool:` with the pool's name, below `terraform_cloud:`",
            )
        if self.agent_pool and self.execution is not Execution.AGENT:
            yield Mistake(
                field="agent_pool",
                message=f"no agent is asked with execution: {self.execution}",
                allowed="only with `execution: agent`",
                fix="write `execution: agent`, or remove `agent_pool:`",
                because=("execution",),
            )
