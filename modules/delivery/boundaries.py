"""IAM permissions boundaries: the limit of a role's rights, whatever is attached to it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.models.deploy_target import DeployTarget
from modules.delivery.deploy_rights import GROUPS
from modules.policy import allow_anything, policy

CHANGES = (
    "Add",
    "Attach",
    "Create",
    "Deactivate",
    "Delete",
    "Detach",
    "Put",
    "Remove",
    "Set",
    "Tag",
    "Untag",
    "Update",
)
"""What the names of IAM's actions that change something begin with."""

OF_THE_STATE_BUCKET = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket*",
    "s3:DeleteObjectVersion*",
    "s3:PutAccelerateConfiguration",
    "s3:PutBucket*",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)


def delivery_boundary(place: DeployTarget) -> str:
    """For the roles of the workflows: the platform's services, and never their own rights."""
    services = sorted(service for group in GROUPS.values() for service in group if service != "iam")
    account = f"arn:aws:iam::{place.account_id}"
    bucket = f"arn:aws:s3:::{place.state_bucket}"
    return policy(
        allow_anything(
            "ServicesOfThePlatform",
            [*(f"{service}:*" for service in services), "iam:*InstanceProfile*", "iam:*Role*", "iam:Get*", "iam:List*"],
            reason="A boundary grants nothing: it names the services beyond which no policy of the role reaches.",
        ),
        _deny(
            "OwnRights",
            [f"iam:{change}*" for change in CHANGES],
            [
                f"{account}:oidc-provider/*",
                f"{account}:policy/*",
                f"{account}:role/groundwork-*",
                f"{account}:user/*",
                f"{account}:group/*",
            ],
        ),
        _deny("StateBucketItself", OF_THE_STATE_BUCKET, [bucket, f"{bucket}/*"]),
    )


def workload_boundary(place: DeployTarget) -> str:
    """For every role that a deploy makes: a service may be given rights, and never that of giving rights."""
    bucket = f"arn:aws:s3:::{place.state_bucket}"
    return policy(
        allow_anything(
            "AllButWhatIsDenied",
            ["*"],
            reason="A boundary grants nothing: each role's own policies say what it may do, within this.",
        ),
        _deny("Rights", [f"iam:{change}*" for change in CHANGES], ["*"]),
        _deny("Account", ["account:*", "organizations:*"], ["*"]),
        _deny("States", ["s3:*"], [bucket, f"{bucket}/*"]),
    )


def _deny(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Action": sorted(actions), "Resource": list(resources)}
