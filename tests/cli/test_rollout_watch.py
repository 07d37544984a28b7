"""A deploy that waits for a rollout shows how it stands, and waits for nobody to say so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.errors import CommandError
from cli.rollouts.view import in_full, in_one_line
from cli.rollouts.watch import EVERY_S, FIRST_AFTER_S, RolloutWatch, awaited
from cli.terraform.display import describe
from cli.terraform.progress import Progress
from rollouts.contract import Shown

SHOWN: Shown = {
    "verdict": "shown",
    "service": "orders",
    "tasks_wanted": 2,
    "seconds_left": 1540,
    "deployments": [
        {
            "revision": "dev-orders:7",
            "status": "primary",
            "state": "in progress",
            "running": 1,
            "pending": 1,
            "failed": 0,
        },
        {"revision": "dev-orders:6", "status": "active", "state": "completed", "running": 2, "pending": 0, "failed": 0},
    ],
    "events": [
        {"at": "2026-11-27T11:00:20+00:00", "message": "(service orders) has started 1 tasks"},
        {"at": "2026-11-27T11:00:10+00:00", "message": "(service orders) has reached a steady state."},
    ],
}
WAITING = "aws_lambda_invocation.deployment_verdict_1_766FAD6E (deployment/verdict/1): Creating..."


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress() -> Progress:
    progress = Progress(["dev-service-orders"])
    progress.read(f"dev-service-orders  {WAITING}")
    return progress


@pytest.fixture
def watching(clock: Clock) -> Iterator[Callable[[Callable[[str], Shown]], RolloutWatch]]:
    made: list[RolloutWatch] = []

    def watch(ask: Callable[[str], Shown]) -> RolloutWatch:
        made.append(RolloutWatch(ask, "dev", clock=clock))
        return made[-1]

    yield watch
    for one in made:
        one.close()


def until_told(watch: RolloutWatch, progress: Progress, condition: Callable[[], bool] = bool) -> list[str]:
    """What it says until it has said something, or the condition holds."""
    said: list[str] = []
    deadline = time.monotonic() + 10
    while not (said or condition()) and time.monotonic() < deadline:
        said += watch.look(progress)
    return said


def test_tasks_seconds_and_new_events_are_shown(clock: Clock, progress: Progress, watching: Any) -> None:
    watch = watching(lambda _: SHOWN)
    stack = progress.stacks["dev-service-orders"]
    assert list(watch.look(progress)) == []
    clock.now = FIRST_AFTER_S
    assert until_told(watch, progress) == [
        "dev-service-orders: (service orders) has reached a steady state.",
        "dev-service-orders: (service orders) has started 1 tasks",
    ]
    assert "dev-orders:7 (primary, in progress): 1 running, 1 pending, 0 failed; 1540 s left" in describe(stack)
    stack.note = "asked again"
    clock.now += EVERY_S
    assert until_told(watch, progress, lambda: stack.note != "asked again") == [], "each event is told once"

    progress.read("dev-service-orders  aws_lambda_invocation.x (deployment/verdict/3): Creation complete after 1s")
    progress.read("dev-service-orders  Apply complete! Resources: 3 added, 0 changed, 0 destroyed.")
    assert list(watch.look(progress)) == []
    assert stack.note == ""


def test_an_answer_that_takes_long_or_never_comes_holds_nothing_up(
    clock: Clock, progress: Progress, watching: Any
) -> None:
    release = threading.Event()

    def slow(_name: str) -> Shown:
        release.wait(10)
        raise CommandError("you may not")

    watch = watching(slow)
    list(watch.look(progress))
    clock.now = FIRST_AFTER_S
    begun = time.monotonic()
    for _ in range(50):
        assert list(watch.look(progress)) == []
    assert time.monotonic() - begun < 1
    release.set()


@pytest.mark.parametrize(
    ("stack", "line", "service"),
    [
        ("dev-service-orders", WAITING, "orders"),
        (
            "dev-monitoring",
            "aws_lambda_invocation.x (prometheus/deployment/verdict/2): Still creating...",
            "prometheus",
        ),
        ("dev-service-migrate", "aws_lambda_invocation.x (before-deploy/run/1): Creating...", None),
        ("dev-service-orders", "aws_ecs_service.x (fargate/service): Creating...", None),
    ],
)
def test_the_service_that_is_waited_for_is_known_from_terraforms_own_words(
    stack: str, line: str, service: str | None
) -> None:
    progress = Progress([stack])
    progress.read(f"{stack}  {line}")
    assert awaited(progress.stacks[stack], "dev") == service


def test_in_full_it_is_the_deployments_and_the_events() -> None:
    lines = list(in_full(SHOWN))
    assert lines[0] == "orders: 2 tasks wanted; its verdict comes within 1540 s"
    assert lines[2] == "  dev-orders:6 (active, completed): 2 running, 0 pending, 0 failed"
    assert lines[3] == "  2026-11-27T11:00:20+00:00  (service orders) has started 1 tasks"
    assert "no rollout is watched" in next(iter(in_full({**SHOWN, "seconds_left": 0})))
    assert in_one_line({**SHOWN, "deployments": []}) == "no deployment yet; 1540 s left"
