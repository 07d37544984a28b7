"""One event is one piece of work; what is not done is handed over, and what is done is not done again."""

from __future__ import annotations

import ast
import sys
import time
from typing import Any

import pytest

from rollouts.handler import HANDED_OVER_WITHIN_S, handle
from tests.synthesis import ROOT


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What judge() is asked; it never comes to an end."""
    calls: list[Any] = []

    def judge(event: Any, seen: Any, pace: Any) -> dict[str, Any]:
        calls.append((event, seen))
        return {"deployment": "2"}

    monkeypatch.setattr("rollouts.judge.judge", judge)
    return calls


def test_what_is_not_done_is_handed_over_with_all_that_was_asked(asked: list[Any]) -> None:
    first = handle({"do": "judge", "service": "orders", "last": False}, Context())
    assert first["verdict"] == "pending"
    handle({"last": True, "so_far": first}, Context())
    (_, nothing), (event, seen) = asked
    assert nothing == {}
    assert event == {"do": "judge", "service": "orders", "last": True}
    assert seen == {"deployment": "2"}


def test_what_an_apply_that_went_red_has_left_behind_is_begun_anew(asked: list[Any]) -> None:
    first = handle({"do": "judge", "service": "orders", "last": False}, Context())
    handle({"last": True, "so_far": {**first, "at": time.time() - HANDED_OVER_WITHIN_S - 1}}, Context())
    event, seen = asked[1]
    assert event["service"] == "orders"
    assert seen == {}


def test_what_is_done_is_only_repeated(asked: list[Any]) -> None:
    done = {"verdict": "runs", "tasks": 2}
    assert handle({"last": True, "so_far": done}, Context()) == done
    assert not asked


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'delete' is nothing that this function does"):
        handle({"do": "delete"}, Context())


def test_the_function_needs_nothing_but_boto3_and_the_standard_library() -> None:
    for_mypy = {"mypy_boto3_ecs", "mypy_boto3_logs", "mypy_boto3_servicediscovery"}
    allowed = {*sys.stdlib_module_names, "boto3", "botocore", "rollouts", *for_mypy}
    for path in sorted((ROOT / "rollouts").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
