"""Roles in AWS for runs at Terraform Cloud: short-lived credentials by OpenID Connect, and no keys.

https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.terraform.unmanaged_resources import BOOTSTRAP
from config.models.deploy_target import DeployTarget
from config.models.terraform_cloud import TerraformCloud

AUDIENCE = "aws.workload.identity"
PHASES = {
    # A plan reads. An apply makes roles and policies for services, so it could give itself any right anyway.
    "plan": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "apply": "arn:aws:iam::aws:policy/AdministratorAccess",
}


@dataclass(frozen=True)
class RunRoles:
    """The roles of one environment's runs, one for each phase."""

    place: DeployTarget
    cloud: TerraformCloud

    def arn(self, phase: str) -> str:
        """Return the ARN of the role for `plan` or `apply`."""
        return f"arn:aws:iam::{self.place.account_id}:role/{self._name(phase)}"

    @property
    def provider_arn(self) -> str:
        """The ARN of the OIDC provider."""
        return f"arn:aws:iam::{self.place.account_id}:oidc-provider/{self.cloud.hostname}"

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables by which Terraform Cloud gets credentials in a run."""
        return {
            "TFC_AWS_PROVIDER_AUTH": "true",
            "TFC_AWS_PLAN_ROLE_ARN": self.arn("plan"),
            "TFC_AWS_APPLY_ROLE_ARN": self.arn("apply"),
        }

    def trust(self, phase: str) -> dict[str, Any]:
        """Return the trust policy: runs of this environment's workspaces, in this phase, and nobody else."""
        workspaces = (
            f"organization:{self.cloud.organization}:project:{self.cloud.project}:workspace:{self.place.name}-*"
        )
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": self.provider_arn},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringEquals": {f"{self.cloud.hostname}:aud": AUDIENCE},
                        "StringLike": {f"{self.cloud.hostname}:sub": f"{workspaces}:run_phase:{phase}"},
                    },
                }
            ],
        }

    def reconcile(self) -> Iterator[str]:
        """Make what is missing, correct whom it trusts, and leave the rest alone. Says what it did.

        A role that may do nothing yet gets a policy of AWS: whoever attaches a narrower one keeps it.
        """
        iam: Any = boto3.client("iam", region_name=self.place.region)
        try:
            yield from self.provider(iam)
            for phase, policy in PHASES.items():
                yield from self._role(iam, phase, policy)
        except ClientError as error:
            raise CommandError(
                f"the roles for Terraform Cloud's runs cannot be made in account {self.place.account_id}: {error}",
                fix="sign in as somebody who may make IAM roles and OpenID Connect providers, once",
            ) from error

    def provider(self, iam: Any) -> Iterator[str]:
        """Make the account's OIDC provider for this Terraform Cloud; all environments in the account share it."""
        try:
            there = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=self.provider_arn)
        except iam.exceptions.NoSuchEntityException:
            iam.create_open_id_connect_provider(
                Url=f"https://{self.cloud.hostname}", ClientIDList=[AUDIENCE], Tags=self._tags
            )
            yield f"OpenID Connect provider {self.cloud.hostname}: made"
            return
        if AUDIENCE not in there["ClientIDList"]:
            iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=self.provider_arn, ClientID=AUDIENCE)
            yield f"OpenID Connect provider {self.cloud.hostname}: audience {AUDIENCE} added"

    def _role(self, iam: Any, phase: str, policy: str) -> Iterator[str]:
        name, trust = self._name(phase), self.trust(phase)
        try:
            there: Any = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        except iam.exceptions.NoSuchEntityException:
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(trust),
                Description=f"Terraform Cloud's {phase} runs of {self.place.name}. Made by groundwork bootstrap.",
                Tags=self._tags,
            )
            yield f"role {name}: made"
        else:
            if there != trust:
                iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
                yield f"role {name}: whom it trusts corrected"
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        if not attached and not iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
            yield f"role {name}: may do what {policy.rpartition('/')[2]} says"

    def _name(self, phase: str) -> str:
        return self.place.qualify(f"terraform-cloud-{phase}")

    @property
    def _tags(self) -> Any:
        return [{"Key": key, "Value": value} for key, value in self.place.stack_tags(BOOTSTRAP).items()]
