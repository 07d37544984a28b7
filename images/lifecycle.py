"""Expiry of images in a repository: never of one that a release names.

How ECR decides (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html, "How lifecycle
policies work"): an image that matches the tagging requirements of a rule cannot be expired by a rule of lower
priority. So each tag to keep has a rule before all others, whose own count is never reached. Several patterns in one
rule would have to match all at once, hence a rule for each.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from config.models.service.service import Service

# No release names an image of a pull request. Its preview ends 30 days after its last push at the latest
# (previews.max_age_days), and the daily run that removes it may be late.
DAYS_PULL_REQUEST = 32
DAYS_UNTAGGED = 7
# Nothing names the platform images of the last commit, which run until their environment is deployed.
DAYS_PLATFORM = 180
MOST_RULES = 50  # of a policy, https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
NEVER_REACHED = 100_000  # ECR's own limit of images per repository

Rule = dict[str, Any]


def lifecycle_policy(keep: Collection[str], *, days: int, previous: Iterable[str] = ()) -> str:
    """Return the policy: tags in `keep` stay for ever, with the per-architecture images behind them (<tag>-arm64).

    So do the tags before them, which may still run until their environment is deployed, or again after a rollback: as
    many as ECR's number of rules allows, the first of `previous` before the others. Other tags expire so many days
    after their push.
    """
    named = sorted(set(keep))
    before = [tag for tag in dict.fromkeys(previous) if tag not in named][: max(0, MOST_RULES - 2 - len(named))]
    rules = [
        _rule(f"{what}: {tag}", ["tagged", f"{tag}*"], _count(NEVER_REACHED))
        for what, tags in (("Released", named), ("Released before", sorted(before)))
        for tag in tags
    ]
    rules += [
        _rule("Neither released nor recent", ["tagged", "*"], _age(days)),
        _rule("Left behind by interrupted pushes", ["untagged"], _age(DAYS_UNTAGGED)),
    ]
    # By priority: ECR keeps them so, and any other order would show as a change in every plan.
    return json.dumps({"rules": [{"rulePriority": n, **rule} for n, rule in enumerate(rules, start=1)]}, sort_keys=True)


def service_policy(using: Sequence[Service], *, days: int) -> str:
    """Return the policy of a service's repository; `using` are the services that run its image, in all environments."""
    released = {service.release for service in using if service.release}
    # The last one of every environment before the second last of any.
    by_age = zip_longest(*(service.previous_releases for service in using))
    return lifecycle_policy(released, days=days, previous=[tag for tags in by_age for tag in tags if tag])


def _rule(description: str, status: list[str], count: Rule) -> Rule:
    patterns = {"tagPatternList": status[1:]} if status[1:] else {}
    selection = {"tagStatus": status[0], **patterns, **count}
    return {"description": description, "selection": selection, "action": {"type": "expire"}}


def _count(images: int) -> Rule:
    return {"countType": "imageCountMoreThan", "countNumber": images}


def _age(days: int) -> Rule:
    return {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
