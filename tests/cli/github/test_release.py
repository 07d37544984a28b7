"""A release from a service's repository: dev at once, the next environment asked for in one pull request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.github.api import GitHub
from cli.github.release import release_everywhere
from config.source.problem import ConfigError
from tests.cli.github.server import State, github

ORDER = ["dev", "staging", "prod"]
DEV = "service_configs/releases/dev.yaml"
STAGING = "service_configs/releases/staging/orders.yaml"


@pytest.fixture
def state() -> Iterator[State]:
    with github() as its:
        its.branches["main"] = {DEV: '# by hand\nmailer: "m1"\norders: v1\n'}
        yield its


@pytest.fixture
def client(state: State) -> GitHub:
    return GitHub.from_environment(state.environment)


def release(client: GitHub, tag: str) -> list[str]:
    return [f"{its.environment} {its.what}" for its in release_everywhere(client, "orders", tag, ORDER)]


def test_dev_has_it_at_once_and_staging_is_asked(state: State, client: GitHub) -> None:
    assert release(client, "v2") == ["dev released", "staging asked"]
    assert state.branches["main"] == {DEV: '# by hand\nmailer: "m1"\norders: v2\n'}
    assert 'tag: "v2"' in state.branches["release/staging-orders"][STAGING]
    (pull,) = state.pulls
    assert (pull["title"], pull["head"], pull["base"]) == (
        "Promote orders v2 to staging",
        "release/staging-orders",
        "main",
    )
    assert "revert" in pull["body"]


def test_the_next_release_brings_the_same_pull_request_up_to_date(state: State, client: GitHub) -> None:
    release(client, "v2")
    assert release(client, "v3") == ["dev released", "staging asked again"]
    assert [pull["title"] for pull in state.pulls] == ["Promote orders v3 to staging"]
    assert 'tag: "v3"' in state.branches["release/staging-orders"][STAGING]
    assert "v2" not in state.branches["release/staging-orders"][STAGING]


def test_a_release_that_is_there_changes_nothing(state: State, client: GitHub) -> None:
    state.branches["main"][STAGING] = "tag: v1\n"
    assert release(client, "v1") == ["dev unchanged", "staging unchanged"]
    assert state.writes == []


def test_where_the_branch_is_protected_dev_is_asked_for_as_well(state: State, client: GitHub) -> None:
    state.protected = True
    assert release(client, "v2") == ["dev asked", "staging asked"]
    assert "orders: v2" in state.branches["release/dev-orders"][DEV]
    assert "orders: v1" in state.branches["main"][DEV]


def test_a_tag_that_no_registry_takes_is_refused_before_anything_is_written(state: State, client: GitHub) -> None:
    with pytest.raises(ConfigError):
        release(client, "not a tag")
    assert state.writes == []
