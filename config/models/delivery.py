"""The repositories on GitHub whose workflows may act in AWS, without a stored key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.deploy_target import AccountId, EnvironmentName
from config.models.service_names import ServiceName
from config.models.settings import Mistake, Settings, in_words

_OWNER, _REPOSITORY = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})", r"[A-Za-z0-9._-]{1,100}"
RepositoryName = Annotated[
    str,
    StringConstraints(pattern=rf"^{_OWNER}/{_REPOSITORY}$"),
    in_words("OWNER/REPOSITORY as GitHub spells it, capital letters too"),
]
SubjectPrefix = Annotated[
    str,
    StringConstraints(pattern=rf"^repo:{_OWNER}(?:@[0-9]{{1,19}})?/{_REPOSITORY}(?:@[0-9]{{1,19}})?$"),
    in_words("repo:OWNER/REPOSITORY or repo:OWNER@ID/REPOSITORY@ID"),
]
Branch = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$"),
    in_words("the name of one branch, without refs/heads/ and without *"),
]

_IDS = re.compile(r"@[0-9]+(?=/|$)")


class GithubRepository(Settings):
    """A repository, and how GitHub's tokens name it.

    https://docs.github.com/en/actions/reference/security/oidc
    """

    repository: RepositoryName = Field(description="OWNER/REPOSITORY on github.com.")
    subject_prefix: SubjectPrefix | None = Field(
        default=None,
        description="What its tokens' subjects begin with, where that is not repo:OWNER/REPOSITORY: repositories made, "
        "renamed or moved after 2026-07-15 send repo:OWNER@ID/REPOSITORY@ID.",
    )
    branch: Branch = Field(default="main", description="The branch that deliveries are made from.")
    previews: bool = Field(
        default=False,
        description="Its pull requests may push images, into a repository apart that only previews run from; "
        "for the repository of a service.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a subject of another repository, or with one id of two."""
        prefix = self.subject_prefix
        if prefix is None:
            return
        ask = "remove the line, and write what `groundwork doctor github` says"
        if _IDS.sub("", prefix) != f"repo:{self.repository}":
            yield Mistake(
                field="subject_prefix",
                message=f"this is another repository than {self.repository}",
                allowed=f"repo:{self.repository}, or the same with @ID after owner and repository",
                fix=ask,
                because=("repository",),
            )
        elif len(_IDS.findall(prefix)) == 1:
            yield Mistake(
                field="subject_prefix",
                message="only one of owner and repository has an id",
                allowed="both ids, or none",
                fix=ask,
            )

    @property
    def prefix(self) -> str:
        """The beginning of the subject of each of its tokens."""
        return self.subject_prefix or f"repo:{self.repository}"

    @property
    def from_branch(self) -> str:
        """The subject of a job of that branch, which no pull request has."""
        return f"{self.prefix}:ref:refs/heads/{self.branch}"

    @property
    def from_pull_request(self) -> str:
        """The subject of a pull request's job. GitHub gives those from forks no token."""
        return f"{self.prefix}:pull_request"

    def from_environment(self, name: str) -> str:
        """Return the subject of a job with `environment: name`; it no longer says from which branch."""
        return f"{self.prefix}:environment:{name}"


class Delivery(GithubRepository):
    """The platform's repository, and those of the services, each of which may push its own image."""

    github_environments: bool = Field(
        default=True,
        description="Deploys run in GitHub's environment of the same name, restricted to the branch. Private "
        "repositories on GitHub Free have none: false trusts the branch instead.",
    )
    gated_environments: tuple[EnvironmentName, ...] | None = Field(
        default=None,
        description="The environments whose files code owners must approve; by default all but the first, which every "
        "merge deploys. `groundwork doctor github` says what of that is not set up.",
    )
    services: dict[ServiceName, GithubRepository] = Field(
        default_factory=dict, description="The repository of each service that is built elsewhere."
    )

    providers: dict[AccountId, EnvironmentName] = Field(
        default_factory=dict,
        description="By account: the environment whose stack makes GitHub's OIDC provider there, of which an account "
        "can have one. Only for accounts of several environments that are not the registry's.",
    )

    def makes_provider(self, environment: str, account_id: str, registry_account: str) -> bool:
        """Return whether its stack makes the provider; in the registry's account `shared-delivery` does."""
        return account_id != registry_account and self.providers.get(account_id, environment) == environment

    def gated(self, environments: Sequence[str]) -> tuple[str, ...]:
        """List those of the environments, in the order of a release, whose files code owners must approve."""
        if self.gated_environments is None:
            return tuple(environments[1:])
        return tuple(name for name in environments if name in self.gated_environments)

    def deploys(self, environment: str) -> str:
        """Return the subject of the job that may change an environment."""
        return self.from_environment(environment) if self.github_environments else self.from_branch
