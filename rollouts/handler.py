"""Entry point of the Lambda function: one invocation does one piece of work.

It judges or shows a rollout, runs a task to its end, restarts services after a rotation, or has empty answers of the
names' zone forgotten sooner.

A result whose `verdict` is `pending` holds what was asked, and is handed to the next invocation as `so_far`, so that
work may last longer than the 15 minutes of one. Any other result is final, and a next invocation only repeats it.
What goes wrong is raised: Terraform then ends red, keeps nothing of the invocation, and tries again at the next apply.
"""

from __future__ import annotations

import time
from typing import Any, Protocol, cast

from rollouts.contract import JudgeRequest, NegativeTtlRequest, RestartRequest, RunRequest, ShowRequest
from rollouts.pace import Pace

PENDING = "pending"
HANDED_OVER_WITHIN_S = 5.0
"""The next invocation of an apply comes at once. A later one is of another apply, which begins anew from what a red one
has left behind: to read the state and plan takes it as long, even where somebody tries again at once."""


class Context(Protocol):
    """The part of Lambda's context that is used here."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the invocation."""


def handle(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Do what `event["do"]` says, or go on with what an earlier invocation has begun.

    https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
    """
    so_far = event.get("so_far") or {}
    if so_far.get("verdict", PENDING) != PENDING:
        final: dict[str, Any] = so_far
        return final
    # Not before: what has been judged already needs no client, and ends in milliseconds.
    from rollouts import judge, negative_ttl, restart, show, task

    asked = {**so_far.get("asked", {}), **{name: value for name, value in event.items() if name != "so_far"}}
    seen = so_far["seen"] if time.time() - so_far.get("at", 0) < HANDED_OVER_WITHIN_S else {}
    pace = Pace.of(context.get_remaining_time_in_millis() / 1000)
    match asked["do"]:
        case "judge":
            result = judge.judge(cast("JudgeRequest", asked), seen, pace)
        case "run":
            result = task.run(cast("RunRequest", asked), seen, pace)
        case "show":
            result = dict(show.show(cast("ShowRequest", asked)))
        case "restart":
            result = restart.restart(cast("RestartRequest", asked))
        case "limit-negative-ttl":
            result = negative_ttl.limit(cast("NegativeTtlRequest", asked))
        case other:
            raise ValueError(f"{other!r} is nothing that this function does")
    return result if "verdict" in result else {"verdict": PENDING, "asked": asked, "seen": result, "at": time.time()}
