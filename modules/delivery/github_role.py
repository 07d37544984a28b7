"""A role that GitHub's workflows assume by their OIDC token: nobody holds a key."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.checkov import skip
from modules.policy import policy

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
LONGEST_SESSION_S = 2 * 3600
"""A first deploy waits for a database, and a migration may take an hour."""


def trust_github(account_id: str, subjects: Collection[str]) -> str:
    """Return the trust policy for jobs with exactly one of these subjects. No pattern, so no look-alike.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """
    if any("*" in subject or "?" in subject for subject in subjects) or not subjects:
        raise ValueError(f"a subject is written out in full: {sorted(subjects)}")
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account_id}:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": sorted(set(subjects))}},
        }
    )


def github_provider(scope: Construct) -> IamOpenidConnectProvider:
    """GitHub as an identity provider of the account: one for all roles. AWS checks its certificate by itself."""
    return IamOpenidConnectProvider(scope, "github", url=f"https://{ISSUER}", client_id_list=[AUDIENCE])


class GithubRole(Construct):
    """Exposes `role`; `policies` by their name within it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        account_id: str,
        subjects: Collection[str],
        policies: Mapping[str, str],
        boundary_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=name,
            description=description,
            assume_role_policy=trust_github(account_id, subjects),
            permissions_boundary=boundary_arn,
            max_session_duration=LONGEST_SESSION_S,
        )
        if any("@" in subject for subject in subjects):
            skip(self.role, "CKV_AWS_393", "checkov does not know the subjects with ids that GitHub sends since 2026.")
        for group, document in policies.items():
            its = IamPolicy(self, group, name=f"{name}-{group}", policy=document)
            IamRolePolicyAttachment(self, f"{group}-attached", role=self.role.name, policy_arn=its.arn)
