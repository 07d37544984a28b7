"""Names and priorities of previews: none that a service, or another preview, can have."""

from __future__ import annotations

import re
from datetime import date

import boto3
import pytest
from pydantic import ValidationError

from config.models.environment.environment import Environment
from config.models.environment.previews import Previews
from config.models.preview import Preview
from config.models.service.routing.listener_priority import preview_priority, rule_priority
from tests.settings import a_service, an_environment

DAY = date(2026, 12, 4)


def preview(name: str = "pr-17", **services: str) -> Preview:
    return Preview(name=name, services=services or {"orders": "v2"}, expires=DAY)


@pytest.mark.parametrize("name", ["pr-17", "ab", "a" * 20, "feature-x-2"])
def test_a_preview_is_called_like_a_branch(name: str) -> None:
    assert preview(name).name_of("orders") == f"orders--{name}"


@pytest.mark.parametrize(
    "name", ["", "a", "17", "pr--17", "pr-", "-pr", "Pr-17", "pr_17", "pr/17", "a" * 21, "pr-17\n"]
)
def test_a_name_that_could_be_taken_apart_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        preview(name)


def test_no_service_of_ten_thousand_has_a_priority_of_previews() -> None:
    of_previews = range(24_801, 25_001)
    given = {rule_priority(f"s{number}", f"s{number}", "/*") for number in range(10_000)}
    assert not given.intersection(of_previews)
    assert len(given) > 4_000


def test_a_hundred_previews_have_a_hundred_priorities() -> None:
    taken: set[int] = set()
    for number in range(100):
        taken.add(preview_priority(f"web--pr-{number}", taken))
    assert len(taken) == 100
    assert min(taken) > 24_800
    assert max(taken) <= 25_000


def test_a_priority_that_a_service_s_file_asks_for_is_passed_over() -> None:
    first = preview_priority("web--pr-17", ())
    web = a_service("web", kind="public-web", port=80, http={"host": "web"}, release="v1")
    other = a_service("api", kind="public-web", port=80, http={"host": "api", "priority": first}, release="v1")
    (made,) = preview(web="v2").of([web, other], Previews())
    assert made.route is not None
    assert made.route.priority == preview_priority("web--pr-17", {first})


def test_every_name_fits_what_aws_takes_even_the_longest() -> None:
    place: Environment = an_environment(name="e" * 9)
    service, asked = "s" * 22, preview("p" * 20)
    name = asked.name_of(service)
    assert len(place.task_role(name).replace("-task", "-execution")) <= 64
    group = asked.target_group(place, service)
    assert re.fullmatch(r"(?!.*--)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?", group)
    assert "-P-" in group
    assert group != preview("p" * 19 + "q").target_group(place, service)
    assert len(name.replace("--", "-")) <= 63
    shape = boto3.client("servicediscovery", region_name="eu-west-1").meta.service_model.shape_for("ServiceName")
    assert re.fullmatch(shape.metadata["pattern"], name)


def test_a_short_name_of_a_target_group_is_not_cut() -> None:
    assert preview().target_group(an_environment(name="dev"), "orders") == "dev-orders-P-pr-17"
