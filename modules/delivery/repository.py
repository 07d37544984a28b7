"""One ECR repository."""

from __future__ import annotations

from collections.abc import Collection

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from cdktf_cdktf_provider_aws.ecr_repository_policy import EcrRepositoryPolicy
from constructs import Construct

from modules.policy import allow, policy

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class Repository(Construct):
    """Tags that never change, scanned on push, encrypted, pulled by the accounts named and by nobody else.

    A repository with images in it is not deleted: empty it first, deliberately.
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, lifecycle_policy: str, readers: Collection[str]
    ) -> None:
        super().__init__(scope, id_)
        self.repository = EcrRepository(
            self,
            "repository",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            # AWS's own key for ECR: readers in other accounts need no grant on it, and it costs nothing.
            # https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS")],
            force_delete=False,
        )
        EcrLifecyclePolicy(self, "lifecycle", repository=self.repository.name, policy=lifecycle_policy)
        principals = {"AWS": [f"arn:aws:iam::{account}:root" for account in sorted(set(readers))]}
        # A repository's policy names no resource: it is the repository.
        statement = {key: value for key, value in allow(PULL, []).items() if key != "Resource"}
        EcrRepositoryPolicy(
            self,
            "readers",
            repository=self.repository.name,
            policy=policy({"Sid": "Pull", "Principal": principals, **statement}),
        )
