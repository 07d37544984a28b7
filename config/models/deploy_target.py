"""The target of a deploy: an account, a region, and the names and tags of what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words
from config.models.terraform_cloud import TerraformCloud

# Leaves a target group's 32 characters room for a service name of 22. See config/models/service/service.py.
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
    StringConstraints(pattern=r"^((af|ap|ca|eu|il|me|mx|sa)(-[a-z]+)+|us-(east|west))-[0-9]$"),
    in_words("a region of AWS' commercial partition, such as eu-west-1"),
]
BucketName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    in_words("3 to 63 lower-case letters, digits, hyphens and dots"),
]

# An environment's name begins the names of load balancers (`internal-` is refused), of security groups (`sg-`) and of
# capacity providers (`aws`, `ecs`, `fargate`).
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
REFUSED_NAMES, REFUSED_BEGINNINGS = ("internal", "sg"), ("aws", "ecs", "fargate")

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_IN_TAGS = r"[A-Za-z0-9 _.:/=+@-]"
_IN_TAGS_IN_WORDS = "letters, digits, spaces and _.:/=+@-"
TagKey = Annotated[str, StringConstraints(pattern=f"^{_IN_TAGS}{{1,128}}$"), in_words(f"up to 128 {_IN_TAGS_IN_WORDS}")]
TagValue = Annotated[
    str, StringConstraints(pattern=f"^{_IN_TAGS}{{0,256}}$"), in_words(f"up to 256 {_IN_TAGS_IN_WORDS}")
]
OUR_TAGS = "groundwork:"
RESERVED_TAGS = ("aws:", OUR_TAGS)
RoleArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$"),
    in_words("the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy"),
]


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NO_BUCKET = re.compile(
    r"xn--.*|sthree-.*|amzn-s3-demo-.*|[0-9.]+|.*\.\..*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)"
)


class State(Settings):
    """The store of Terraform's states."""

    bucket: BucketName | None = Field(
        default=None, description="The S3 bucket; by default <organization>-<environment>-terraform-state."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse names that S3 keeps for itself."""
        if self.bucket and _NO_BUCKET.fullmatch(self.bucket):
            yield Mistake(
                field="bucket",
                message="S3 takes no bucket of this name",
                allowed="no IP address, no two dots in a row, none of S3's own words (xn--, -s3alias, ...)",
                fix="choose another name, or remove the line: the name is made up then",
            )


class DeployTarget(Settings):
    """Fields that an environment and the shared stacks have in common."""

    name: EnvironmentName = Field(description="The file's name; not written in the YAML.")
    organization: Slug = Field(description="The company's short name; makes S3 bucket names unique in the world.")
    account_id: AccountId = Field(description="The AWS account, 12 digits in quotes; a deploy to any other is refused.")
    deploy_role_arn: RoleArn | None = Field(
        default=None,
        description="The role in that account that deploys; by default the credentials at hand are used as they are.",
    )
    region: Region = Field(default="eu-west-1", description="The AWS region.")
    # AWS takes 50 of a resource; the rest is for ours, and for a Name.
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict, max_length=40, description="Put on every resource, beside our own."
    )
    state: State = State()
    terraform_cloud: TerraformCloud | None = Field(
        default=None, description="Keeps the state instead of S3, and may run Terraform. See docs/terraform-cloud.md."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse names that AWS refuses, tags by which AWS and we ourselves find things, and a role of elsewhere."""
        if self.name in REFUSED_NAMES or self.name.startswith(REFUSED_BEGINNINGS):
            yield Mistake(
                field="name",
                message=f"an environment cannot be called {self.name}: AWS refuses names that begin so",
                allowed=f"neither {' nor '.join(REFUSED_NAMES)}, nor a name that begins with "
                f"{', '.join(REFUSED_BEGINNINGS)}",
                fix=f"rename the file, to my{self.name[:7]}.yaml for instance",
            )
        yield from (
            Mistake(
                field=f"tags.{key}",
                message=f"{key} begins with {prefix}, which is taken",
                allowed=f"a name that begins with neither {' nor '.join(RESERVED_TAGS)}",
                fix="choose another name",
            )
            for key in self.tags
            for prefix in RESERVED_TAGS
            if key.lower().startswith(prefix)
        )
        if self.deploy_role_arn and self.deploy_role_arn.split(":")[4] != self.account_id:
            yield Mistake(
                field="deploy_role_arn",
                message=f"the role is not in account {self.account_id}",
                allowed=f"a role of the environment's own account: arn:aws:iam::{self.account_id}:role/...",
                because=("account_id",),
            )
        if self.terraform_cloud and self.state.bucket:
            yield Mistake(
                field="state.bucket",
                message="Terraform Cloud keeps the state, and no bucket does",
                allowed="`state.bucket:` or `terraform_cloud:`, not both",
                fix="remove `state:`, or `terraform_cloud:`",
                because=("terraform_cloud",),
            )
        if self.terraform_cloud and self.terraform_cloud.execution.is_elsewhere and self.deploy_role_arn:
            yield Mistake(
                field="deploy_role_arn",
                message=f"with execution: {self.terraform_cloud.execution} each run gets roles of its own",
                allowed="`deploy_role_arn:` only with `execution: local`",
                fix="remove `deploy_role_arn:`; `groundwork bootstrap` makes the roles",
                because=("terraform_cloud.execution", "terraform_cloud"),
            )

    def qualify(self, name: str) -> str:
        """Return a name that is unique in the account and region."""
        return f"{self.name}-{name}"

    def bucket(self, name: str) -> str:
        """Return a bucket's name, unique in the world."""
        return f"{self.organization}-{self.name}-{name}"

    @property
    def state_bucket(self) -> str:
        """The bucket of the environment's Terraform state."""
        return self.state.bucket or self.bucket("terraform-state")

    def stack_tags(self, stack: str) -> dict[str, str]:
        """Return the tags of everything a stack creates; `groundwork unmanaged` and the bill are read by them."""
        return {
            **self.tags,
            f"{OUR_TAGS}environment": self.name,
            f"{OUR_TAGS}managed-by": "groundwork",
            f"{OUR_TAGS}stack": stack,
        }
