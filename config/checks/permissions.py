"""Rights that a service's file names and the environment's account does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def foreign_policies(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Find managed policies of another account: IAM attaches none of them to a role."""
    account = environment.settings.account_id
    for service in services:
        for number, arn in enumerate(service.settings.permissions.policies):
            if arn.split(":")[4] not in ("aws", account):
                yield service.problem(
                    f"permissions.policies.{number}",
                    "permissions.policies",
                    message=f"permissions.policies[{number}]: the policy is not in account {account}, whose role it is",
                    conflicts_with=environment.place("account_id"),
                    allowed=f"a policy of AWS, or one of account {account}",
                    fix=f"write arn:aws:iam::{account}:{arn.split(':', 5)[5]}, or name it in `environments:`",
                )
