"""The order of the load balancer's rules."""

from __future__ import annotations

from itertools import pairwise

import pytest

from config.models.service.http import Http
from config.models.service.listener_priority import BAND_SIZE, DEPTHS, overlap, rule_priority

HIGHEST = 50_000


def priority(path: str, host: str = "shop", service: str = "web") -> int:
    return rule_priority(service, Http(host=host, path=path))


def test_a_priority_depends_on_nothing_but_the_service_itself() -> None:
    # A changed number would recreate the rules of every deployed service.
    assert priority("/*") == 24_665
    assert priority("/api/*", host="*", service="api") == 42_595


def test_the_deeper_path_is_tried_first() -> None:
    paths = ["/a/b/c/d/*", "/a/b/c/*", "/a/b/*", "/a/*", "/*"]
    assert all(priority(deep) < priority(shallow) for deep, shallow in pairwise(paths))


def test_beyond_the_last_depth_paths_share_a_band() -> None:
    bands = {(priority(f"/a/b/c/d{rest}") - 1) // BAND_SIZE for rest in ("", "/e", "/e/f", "/e/f/g/*")}
    assert bands == {0}


@pytest.mark.parametrize("path", ["/*", "/a/*", "/a/b/c/d/e"])
def test_an_exact_host_is_tried_before_any_host(path: str) -> None:
    deepest_of_any_host = priority("/a/b/c/d/e/f", host="*")
    assert priority(path) < deepest_of_any_host


def test_a_written_priority_wins() -> None:
    assert rule_priority("web", Http(host="shop", priority=7)) == 7


def test_every_computed_priority_is_one_that_aws_takes() -> None:
    assert DEPTHS * 2 * BAND_SIZE == HIGHEST
    numbers = [
        priority(path, host, f"service-{i}") for i in range(500) for path in ("/*", "/a/b/c/d/*") for host in ("x", "*")
    ]
    assert all(1 <= number <= HIGHEST for number in numbers)


def test_a_hundred_services_of_one_depth_seldom_collide() -> None:
    numbers = [priority("/*", f"host-{i}", f"service-{i}") for i in range(100)]
    assert len(set(numbers)) >= 98


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/*", "/*"),
        ("/*", "/anything/at/all"),
        ("/ap*", "/api/*"),
        ("/api/*", "/*/orders"),
        ("/v?/x", "/v1/*"),
        ("/*a*b*", "/*b*a*"),
        ("/a/b/c/d/*", "/a/b/c/d/e"),
        ("/" + "*a" * 5 + "x" * 100, "/" + "*b" * 4 + "*" + "x" * 100),
    ],
)
def test_paths_overlap_when_some_request_fits_both(one: str, other: str) -> None:
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/api/*", "/api"), ("/a/*", "/b/*"), ("/v?/", "/v10/"), ("/*.js", "/*.css"), ("/" + "x" * 127, "/" + "x" * 126)],
)
def test_paths_do_not_overlap_when_no_request_fits_both(one: str, other: str) -> None:
    assert not overlap(one, other)
    assert not overlap(other, one)
