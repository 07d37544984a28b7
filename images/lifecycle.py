"""Expiry of images in a repository: never of one that a release names.

How ECR decides (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html, "How lifecycle
policies work"): an image that matches the tagging requirements of a rule cannot be expired by a rule of lower
priority. So each tag to keep has a rule before all others, whose own count is never reached. Several patterns in one
rule would have to match all at once, hence a rule for each.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

# No release names an image of a pull request. Its preview ends 30 days after its last push at the latest
# (previews.max_age_days), and the daily run that removes it may be late.
DAYS_PULL_REQUEST = 32
DAYS_UNTAGGED = 7
NEVER_REACHED = 100_000  # ECR's own limit of images per repository

Rule = dict[str, Any]


def lifecycle_policy(keep: Collection[str], *, days: int) -> str:
    """Return the policy: tags in `keep` stay for ever, with the per-architecture images behind them (<tag>-arm64).

    Other tags expire so many days after their push: a release that is no longer named may still run until its
    environment is deployed, or again after a rollback.
    """
    rules = [_rule(f"Released: {tag}", ["tagged", f"{tag}*"], _count(NEVER_REACHED)) for tag in sorted(set(keep))]
    rules += [
        _rule("Neither released nor recent", ["tagged", "*"], _age(days)),
        _rule("Left behind by interrupted pushes", ["untagged"], _age(DAYS_UNTAGGED)),
    ]
    # By priority: ECR keeps them so, and any other order would show as a change in every plan.
    return json.dumps({"rules": [{"rulePriority": n, **rule} for n, rule in enumerate(rules, start=1)]}, sort_keys=True)


def _rule(description: str, status: list[str], count: Rule) -> Rule:
    patterns = {"tagPatternList": status[1:]} if status[1:] else {}
    selection = {"tagStatus": status[0], **patterns, **count}
    return {"description": description, "selection": selection, "action": {"type": "expire"}}


def _count(images: int) -> Rule:
    return {"countType": "imageCountMoreThan", "countNumber": images}


def _age(days: int) -> Rule:
    return {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
