"""The right to push images to some repositories, and to do nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from config.models.deploy_target import DeployTarget
from modules.policy import allow, allow_anything, policy

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def push(place: DeployTarget, repositories: Sequence[str]) -> str:
    """Return a policy for the repositories of this target's registry. Tags never change, so nothing is overwritten."""
    base = f"arn:aws:ecr:{place.region}:{place.account_id}:repository"
    return policy(
        allow_anything(
            "RegistryLogin",
            ["ecr:GetAuthorizationToken"],
            reason="The token is the account's, not a repository's: the action takes no resource.",
        ),
        allow(PUSH, [f"{base}/{repository}" for repository in sorted(repositories)]),
    )
