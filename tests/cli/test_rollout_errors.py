"""A refusal of the function, which Terraform shows as JSON, becomes lines for a person."""

from __future__ import annotations

import json

from cli.terraform.progress import Phase, StackProgress
from cli.terraform.rollout_errors import readable


def line(message: str, kind: str = "RolloutError") -> str:
    answer = json.dumps({"errorMessage": message, "errorType": kind, "stackTrace": ["x"]})
    return f"Error: invoking Lambda Function (dev-rollouts): {answer}"


def test_a_refusal_becomes_its_lines() -> None:
    said = 'ECS rolled orders back\n  event: tasks failed\n  log: "quoted" {and} more'
    assert readable(line(said)) == [
        "Error: ECS rolled orders back",
        "  event: tasks failed",
        '  log: "quoted" {and} more',
    ]


def test_what_went_wrong_with_the_function_itself_says_so() -> None:
    said = readable(line("Task timed out after 900.00 seconds", "Sandbox.Timedout"))
    assert said == ["Error: dev-rollouts: Sandbox.Timedout: Task timed out after 900.00 seconds"]


def test_any_other_line_stays_as_it_is() -> None:
    for other in ("Error: creating ECS Service", "Error: invoking Lambda Function (dev-rollouts): {not json}"):
        assert readable(other) == [other]


def test_it_stands_in_the_errors_of_its_stack() -> None:
    progress = StackProgress("dev-service-orders")
    progress.read(line("ECS rolled orders back\n  event: tasks failed"))
    assert progress.phase is Phase.FAILED
    assert progress.errors == ["Error: ECS rolled orders back", "  event: tasks failed"]
