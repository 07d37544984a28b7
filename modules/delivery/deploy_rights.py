"""IAM statements from config/rights.yaml for one deploy target, in as many policies as IAM's limits ask for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from config.models.deploy_target import OUR_TAGS, DeployTarget
from config.models.rights import Rights
from modules.policy import allow, allow_anything, policy

Statement = dict[str, Any]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_POLICY = 6_144
MOST_POLICIES = 10

# Which services share a policy: fixed, so that a new right changes one of them and moves nothing.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2",),
    "edge": ("acm", "elasticloadbalancing", "globalaccelerator", "route53", "wafv2", "s3"),
    "compute": ("application-autoscaling", "autoscaling", "dlm", "ecs", "lambda", "scheduler", "servicediscovery"),
    "data": ("aoss", "ecr", "elasticache", "kms", "rds", "secretsmanager", "sqs", "ssm"),
    "files": ("backup", "backup-storage", "elasticfilesystem"),
    "watch": ("aps", "budgets", "cloudwatch", "events", "logs", "sns", "tag"),
    "identity": ("iam",),
}


def boundary_name(place: DeployTarget) -> str:
    """Return the policy that bounds every role which a deploy makes."""
    return f"groundwork-{place.name}-workload-boundary"


def policy_arn(place: DeployTarget, name: str) -> str:
    """Return the ARN of a policy of this name in the target's account."""
    return f"arn:aws:iam::{place.account_id}:policy/{name}"


class DeployRights:
    """The statements that let a role use these actions on what belongs to a place."""

    def __init__(self, rights: Rights, place: DeployTarget, *, registry_account: str) -> None:
        self._rights, self._place = rights, place
        self._words = {
            "{environment}": place.name,
            "{region}": place.region,
            "{account}": place.account_id,
            "{registry}": registry_account,
            "{bucket}": place.bucket(""),
            "{boundary}": policy_arn(place, boundary_name(place)),
        }

    def policies(self, actions: Iterable[str]) -> dict[str, str]:
        """Return a policy for each group of services that has an action."""
        grouped: dict[str, list[str]] = defaultdict(list)
        for action in sorted(actions):
            service = action.partition(":")[0]
            grouped[next(name for name, services in GROUPS.items() if service in services)].append(action)
        return {name: policy(*self.statements(grouped[name])) for name in GROUPS if name in grouped}

    def statements(self, actions: Sequence[str]) -> list[Statement]:
        """One for each place that some of the actions are allowed in."""
        anywhere: list[str] = []
        by_place: dict[tuple[str, str], tuple[list[str], Sequence[str], Mapping[str, Any]]] = {}
        for action in actions:
            service = action.partition(":")[0]
            if special := self._rights.special_of(action):
                key = ("special", f"{special.resources}{special.condition}")
                where, when = special.resources, special.condition
            elif self._rights.is_anywhere(action):
                anywhere.append(action)
                continue
            else:
                tagged = self._rights.is_tagged(action)
                key = ("tagged" if tagged else "named", service)
                where = self._rights.resources[service]
                when = self._tag if tagged else {}
            by_place.setdefault(key, ([], where, when))[0].append(action)
        placed = [
            allow(those, [self._filled(arn) for arn in where], self._condition(when))
            for those, where, when in by_place.values()
        ]
        wide = [
            allow_anything(
                "LookAndCreate",
                anywhere,
                reason="These know no resource, or are asked by a filter (config/rights.yaml, `anywhere`).",
            )
        ]
        return [*(wide if anywhere else []), *placed]

    def state(self, *, writes: bool) -> list[Statement]:
        """Return the statements to read the target's states; with `writes` also to write and lock them."""
        bucket = f"arn:aws:s3:::{self._place.state_bucket}"
        objects = ["s3:GetObject", *(["s3:GetObjectVersion", "s3:DeleteObject", "s3:PutObject"] if writes else [])]
        lists = ["s3:ListBucket", *(["s3:ListBucketVersions"] if writes else [])]  # a lost state is in the versions
        return [allow(lists, [bucket]), allow(objects, [f"{bucket}/{self._place.name}/*"])]

    @property
    def _tag(self) -> dict[str, dict[str, str]]:
        return {"StringEquals": {f"aws:ResourceTag/{OUR_TAGS}environment": self._place.name}}

    def _condition(self, condition: Mapping[str, Any]) -> dict[str, Any] | None:
        filled: dict[str, Any] = json.loads(self._filled(json.dumps(condition)))
        return filled or None

    def _filled(self, text: str) -> str:
        for word, value in self._words.items():
            text = text.replace(word, value)
        return text
