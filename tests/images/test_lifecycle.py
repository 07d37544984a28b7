"""What ECR would expire, by its own documented rules."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pytest

from config.models.environment.previews import Previews
from config.models.service.service import Service
from images.lifecycle import DAYS_PULL_REQUEST, DAYS_UNTAGGED, lifecycle_policy, service_policy


@dataclass(frozen=True)
class Image:
    """An image in a repository."""

    tags: tuple[str, ...]
    age_days: int


def expired(policy: str, images: Iterable[Image]) -> set[Image]:
    """Evaluate as https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html describes it.

    All rules are applied by priority; an image that matches the tagging requirements of a rule cannot be expired by
    a rule of lower priority.
    """
    left, gone = set(images), set()
    for rule in sorted(json.loads(policy)["rules"], key=lambda rule: int(rule["rulePriority"])):
        selected = {image for image in left if _matches(image, rule["selection"])}
        gone |= _beyond(selected, rule["selection"])
        left -= selected
    return gone


def _matches(image: Image, selection: dict[str, Any]) -> bool:
    if selection["tagStatus"] == "untagged":
        return not image.tags
    assert selection["tagStatus"] == "tagged"
    return all(any(fnmatchcase(tag, pattern) for tag in image.tags) for pattern in selection["tagPatternList"])


def _beyond(images: set[Image], selection: dict[str, Any]) -> set[Image]:
    if selection["countType"] == "sinceImagePushed":
        assert selection["countUnit"] == "days"
        return {image for image in images if image.age_days > selection["countNumber"]}
    assert selection["countType"] == "imageCountMoreThan"
    return set(sorted(images, key=lambda image: image.age_days)[selection["countNumber"] :])


@pytest.mark.parametrize("seed", range(20))
def test_what_a_release_names_is_never_expired(seed: int) -> None:
    draw = random.Random(seed)
    tags = [f"{draw.getrandbits(64):016x}" for _ in range(300)]
    released = draw.sample(tags, 4)
    images = {Image((tag, *([f"{tag}-arm64"] * draw.randint(0, 1))), draw.randint(0, 2000)) for tag in tags}
    days = draw.randint(30, 400)
    gone = expired(lifecycle_policy(released, days=days), images)
    assert not {tag for image in gone for tag in image.tags} & set(released)
    assert gone == {image for image in images if image.age_days > days and image.tags[0] not in released}


def test_what_was_released_before_stays_whatever_its_age() -> None:
    images = {Image((tag,), 400) for tag in ("v9", "v8", "v7", "v6")}
    assert expired(lifecycle_policy(["v9"], days=30, previous=["v8", "v7"]), images) == {Image(("v6",), 400)}


def test_what_is_released_comes_before_what_was_where_the_rules_do_not_suffice() -> None:
    policy = lifecycle_policy([f"now-{n:02}" for n in range(40)], days=30, previous=[f"then-{n:02}" for n in range(40)])
    images = {Image((f"{when}-{n:02}",), 400) for when in ("now", "then") for n in range(40)}
    assert len(json.loads(policy)["rules"]) == 50
    assert expired(policy, images) == {Image((f"then-{n:02}",), 400) for n in range(8, 40)}


def test_the_last_release_of_every_environment_comes_before_the_second_last_of_any() -> None:
    service = Service(name="orders", kind="worker")
    using = [
        service.model_copy(update={"release": f"{name}-3", "previous_releases": (f"{name}-2", f"{name}-1")})
        for name in (f"{number:02}" for number in range(20))
    ]
    policy = service_policy(using, days=30)
    images = {Image((f"{number:02}-{release}",), 400) for number in range(20) for release in (1, 2, 3)}
    assert expired(policy, images) == {Image((f"{number:02}-1",), 400) for number in range(8, 20)}


def test_the_images_behind_a_released_index_stay() -> None:
    behind = {Image((f"v1-{architecture}",), 5000) for architecture in ("arm64", "amd64")}
    assert expired(lifecycle_policy(["v1"], days=180), {Image(("v1",), 5000), *behind}) == set()


def test_what_interrupted_pushes_left_goes_after_a_week() -> None:
    young, old = Image((), DAYS_UNTAGGED), Image((), DAYS_UNTAGGED + 1)
    assert expired(lifecycle_policy(["v1"], days=180), {young, old}) == {old}


def test_an_image_of_a_pull_request_goes_after_its_preview_has_gone() -> None:
    (longest,) = [rule.le for rule in Previews.model_fields["max_age_days"].metadata if hasattr(rule, "le")]
    young, old = Image(("pr-17-3f1c2ab",), longest + 1), Image(("pr-9-0c4ee12",), DAYS_PULL_REQUEST + 1)
    assert expired(lifecycle_policy([], days=DAYS_PULL_REQUEST), {young, old}) == {old}


def test_without_the_rule_for_it_a_released_image_would_go() -> None:
    image = Image(("v1",), 5000)
    assert expired(lifecycle_policy([], days=180), {image}) == {image}


def test_rules_are_sorted_by_priority_and_fit_ecrs_limits() -> None:
    policy = lifecycle_policy(
        [f"{n:0128}" for n in range(10)], days=3650
    )  # the longest tags, in more environments than anyone has
    rules = json.loads(policy)["rules"]
    assert [rule["rulePriority"] for rule in rules] == list(range(1, len(rules) + 1))
    assert len(rules) <= 50
    assert len(policy) <= 30_720
    assert all(pattern.count("*") <= 4 for rule in rules for pattern in rule["selection"].get("tagPatternList", []))
