"""How a rollout stands, at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rollouts.contract import ShowRequest
from rollouts.show import show
from tests.rollouts.stubs import NEW, OLD, a_deployment, a_service, now, seen, stubbed

WHAT: ShowRequest = {"do": "show", "cluster": "dev", "service": "orders", "watch_s": 90, "timeout_s": 1800}


def left(monkeypatch: pytest.MonkeyPatch, state: str, *, seconds_ago: float) -> int:
    deployment = a_deployment("2", NEW, state)
    deployment["createdAt"] = deployment["updatedAt"] = now() - timedelta(seconds=seconds_ago)
    with stubbed(monkeypatch, "show") as stub:
        seen(stub, a_service(deployment))
        return int(show(WHAT)["seconds_left"])


def test_tasks_by_state_and_events_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    old = a_deployment("1", OLD, "COMPLETED", primary=False, running=1)
    with stubbed(monkeypatch, "show") as stub:
        seen(stub, a_service(a_deployment("2", NEW, "IN_PROGRESS"), old, said="has started 2 tasks"))
        shown = show(WHAT)
    new, before = shown["deployments"]
    assert (new["revision"], new["status"], new["state"], new["running"]) == (
        "dev-orders:7",
        "primary",
        "in progress",
        2,
    )
    assert (before["revision"], before["running"]) == ("dev-orders:6", 1)
    assert [event["message"] for event in shown["events"]] == ["has started 2 tasks"]


def test_seconds_are_left_until_it_must_be_completed_then_while_it_is_watched_then_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 1600 < left(monkeypatch, "IN_PROGRESS", seconds_ago=100) <= 1700
    assert 0 < left(monkeypatch, "COMPLETED", seconds_ago=30) <= 60
    assert left(monkeypatch, "COMPLETED", seconds_ago=300) == 0
    assert left(monkeypatch, "FAILED", seconds_ago=3) == 0
