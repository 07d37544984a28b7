"""One environment: the account, the network and the sizes that make dev, staging and prod differ."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from config.network import Network
from config.service import Http, Service
from config.settings import Percent, Settings, in_words

# Leaves a target group's 32 characters room for a service name of 22. See config/service.py.
EnvironmentName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]{1,8}$"),
    in_words("2 to 9 lower-case letters and digits, a letter first"),
]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), in_words("12 digits, in quotes")]
Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,18}[a-z0-9]$"),
    in_words("3 to 20 lower-case letters, digits and hyphens, a letter first"),
]
Region = Annotated[
    str,
    StringConstraints(pattern=r"^(af|ap|ca|eu|il|me|mx|sa|us)(-[a-z]+)+-[0-9]$"),
    in_words("an AWS region such as eu-west-1"),
]
DnsName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"),
    in_words("a domain such as example.com: lower case, no https://, no path"),
]
BucketName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    in_words("3 to 63 lower-case letters, digits, hyphens and dots"),
]


NAMESPACE = "app.local"
UNRELEASED = "unreleased"  # named by the task definition of a service without a release; no task runs it


class State(Settings):
    """Where Terraform keeps what it knows."""

    bucket: BucketName | None = Field(
        default=None, description="The S3 bucket; by default <organization>-<environment>-terraform-state."
    )


class Cluster(Settings):
    """The ECS cluster that runs every service."""

    container_insights: Literal["disabled", "enabled", "enhanced"] = Field(
        default="enabled", description="CloudWatch metrics of tasks and services, paid by the metric."
    )
    spot_percent: Percent = Field(
        default=0,
        description="Share of tasks on Fargate Spot: about 70 % cheaper, stopped at two minutes' notice.",
    )


class Environment(Settings):
    """An environment as environments/shared.yaml and environments/<name>.yaml together describe it."""

    injected: ClassVar[dict[str, str]] = {"name": "the file's name"}

    name: EnvironmentName = Field(description="The file's name; not written in the YAML.")
    organization: Slug = Field(description="The company's short name; makes S3 bucket names unique in the world.")
    account_id: AccountId = Field(description="The AWS account, 12 digits in quotes; a deploy to any other is refused.")
    region: Region = Field(default="eu-west-1", description="The AWS region.")
    domain: DnsName = Field(description="Public services live under it: <host>.<domain>.")
    tags: dict[str, str] = Field(default_factory=dict, description="Put on every resource, beside our own.")
    registry_account_id: AccountId | None = Field(
        default=None, description="The account whose ECR holds the images; by default the environment's own."
    )
    deletion_protection: bool = Field(
        default=True, description="Refuse to delete what customers' traffic or data depends on."
    )
    network: Network
    cluster: Cluster = Cluster()
    state: State = State()

    def qualify(self, name: str) -> str:
        """A name that is unique in the account and region."""
        return f"{self.name}-{name}"

    def bucket(self, name: str) -> str:
        """A bucket's name, unique in the world."""
        return f"{self.organization}-{self.name}-{name}"

    def image(self, service: Service) -> str:
        """The image that a service runs here: its own choice, or its repository at its release."""
        registry = f"{self.registry_account_id or self.account_id}.dkr.ecr.{self.region}.amazonaws.com"
        return service.image or f"{registry}/{service.name}:{service.release or UNRELEASED}"

    def repository_arn(self, repository: str) -> str:
        """The ECR repository that holds the images of a service."""
        return f"arn:aws:ecr:{self.region}:{self.registry_account_id or self.account_id}:repository/{repository}"

    def hostname(self, route: Http) -> str | None:
        """The host that a route answers to, or None for any."""
        if route.host == "*":
            return None
        return self.domain if route.host == "@" else f"{route.host}.{self.domain}"

    @property
    def state_bucket(self) -> str:
        """The bucket of the environment's Terraform state."""
        return self.state.bucket or self.bucket("terraform-state")

    def stack_tags(self, stack: str) -> dict[str, str]:
        """The tags of everything a stack creates; `groundwork strays` and the bill are read by them."""
        return {
            **self.tags,
            "groundwork:environment": self.name,
            "groundwork:managed-by": "groundwork",
            "groundwork:stack": stack,
        }
