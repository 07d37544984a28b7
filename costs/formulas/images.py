"""Images: what stays in the registry, and what is pushed and expires."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from costs.facts import Facts
from costs.inventory import Inventory, Resource
from costs.line import Line, Term

POLICY = "aws_ecr_lifecycle_policy"


def images(facts: Facts) -> Iterator[Line]:
    """Price all repositories together: the images that stay, and those of so many days that do not."""
    if found := facts.inventory.all("aws_ecr_repository"):
        pushed = facts.usage.image_gb_per_day * unreleased_days(facts.inventory)
        yield facts.line("images", "", [Term(facts.usage.image_gb + pushed, "ecr_gb")], found)


def unreleased_days(inventory: Inventory) -> int:
    """Return for how many days the repositories of services keep an image that no release names; 0 without any."""
    rules = [rule for one in _policies(inventory) for rule in json.loads(one.attributes["policy"])["rules"]]
    return max((rule["selection"]["countNumber"] for rule in rules if _is_age(rule)), default=0)


def set_unreleased_days(inventory: Inventory, days: int) -> Inventory:
    """Return the environment with other days in the policies of services' repositories."""
    changed = {}
    for one in _policies(inventory):
        rules = json.loads(one.attributes["policy"])["rules"]
        for rule in rules:
            if _is_age(rule):
                rule["selection"]["countNumber"] = days
        changed[one.address] = replace(one, attributes={**one.attributes, "policy": json.dumps({"rules": rules})})
    return Inventory(inventory.environment, tuple(changed.get(one.address, one) for one in inventory.resources))


def _policies(inventory: Inventory) -> Iterator[Resource]:
    for one in inventory.all(POLICY):
        repository = inventory.referred(one, one.attributes["repository"])
        if repository and "/" not in repository.attributes["name"]:  # as the platform's and the pull requests' have
            yield one


def _is_age(rule: Mapping[str, Any]) -> bool:
    selection: Mapping[str, Any] = rule["selection"]
    return selection.get("tagPatternList") == ["*"]
