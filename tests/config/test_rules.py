"""The order of the load balancer's rules."""

from __future__ import annotations

from itertools import pairwise

import pytest

from config.models.service.http import Http
from config.models.service.routing.listener_priority import BAND_SIZE, DEPTHS, overlap, rule_priority
from config.models.service.routing.listener_rules import ListenerRule, listener_rules

HIGHEST = 50_000


def priority(path: str, host: str = "shop", service: str = "web") -> int:
    return rule_priority(service, host, path)


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
    (rule,) = listener_rules("web", Http(host=("shop",), priority=7))
    assert rule.priority == 7


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


def rules(host: tuple[str, ...] = ("shop",), path: tuple[str, ...] = ("/*",)) -> tuple[ListenerRule, ...]:
    return listener_rules("web", Http(host=host, path=path))


def test_one_rule_takes_what_fits_in_five_values() -> None:
    (one,) = rules(("shop", "www", "m"), ("/api",))
    assert (one.hosts, one.patterns) == (("shop", "www", "m"), ("/api", "/api/*"))
    (any_host,) = rules(("*",), ("/a*", "/b*", "/c*", "/d*", "/e*"))
    assert (any_host.hosts, len(any_host.patterns)) == ((), 5)


@pytest.mark.parametrize(
    ("hosts", "paths"),
    [(1, 5), (4, 1), (5, 1), (20, 1), (9, 9), (3, 4), (1, 30), (2, 2)],
)
def test_every_host_is_answered_on_every_path_within_the_limits_of_a_rule(hosts: int, paths: int) -> None:
    names, asked = tuple(f"h{n}" for n in range(hosts)), tuple(f"/p{n}*" for n in range(paths))
    found = rules(names, asked)
    assert {(host, pattern) for rule in found for host in rule.hosts for pattern in rule.patterns} == {
        (host, pattern) for host in names for pattern in asked
    }
    assert all(len(rule.hosts) + len(rule.patterns) <= 5 for rule in found)
    assert len({rule.key for rule in found}) == len({rule.priority for rule in found}) == len(found)


def test_wildcards_are_counted_over_the_whole_rule() -> None:
    assert [rule.patterns for rule in rules(path=("/a*b*c*", "/d*e*f*"))] == [("/a*b*c*",), ("/d*e*f*",)]


def test_paths_of_other_depths_have_their_own_place_in_the_order() -> None:
    shallow, deep = rules(path=("/*", "/static/img"))
    assert deep.priority < priority("/static/*", service="other") < shallow.priority


def test_what_is_appended_changes_no_rule_that_is_there_but_its_conditions() -> None:
    """Else a rule would need the priority of another, which still has it."""
    before = rules(("shop",), ("/api", "/a/b"))
    after = rules(("shop", "www"), ("/api", "/a/b", "/more", "/c/d", "/x/y/z"))
    assert {(rule.key, rule.priority) for rule in before} <= {(rule.key, rule.priority) for rule in after}
    assert (before[0].key, before[0].priority) == (after[0].key, after[0].priority)


def test_a_single_host_and_path_has_the_priority_it_always_had() -> None:
    (rule,) = rules()
    assert rule.priority == priority("/*") == 24_665
