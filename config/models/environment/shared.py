"""The deploy target that all environments share: the one registry that images are promoted from, unchanged."""

from __future__ import annotations

from collections.abc import Sequence

from config.models.deploy_target import DeployTarget
from config.models.environment.environment import Environment

SHARED = "shared"


def shared_place(environments: Sequence[Environment]) -> DeployTarget:
    """Return the account and region of the registry, under the name `shared`.

    The environments agree on both, or config/checks/conflicts.py refused them.
    """
    first = environments[0]
    in_its_account = [environment for environment in environments if environment.account_id == first.registry_account]
    in_terraform_cloud = all(environment.terraform_cloud for environment in environments)
    return DeployTarget(
        name=SHARED,
        organization=first.organization,
        account_id=first.registry_account,
        deploy_role_arn=in_its_account[0].deploy_role_arn if in_its_account else None,
        region=first.image_region,
        # One environment that tries Terraform Cloud takes nothing of the others along.
        terraform_cloud=(in_its_account or [first])[0].terraform_cloud if in_terraform_cloud else None,
        tags=dict(sorted(set.intersection(*(set(environment.tags.items()) for environment in environments)))),
    )
