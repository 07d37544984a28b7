"""The order in which waiting stacks are begun: first whatever most of the remaining time hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from cli.terraform.synthesized import SynthesizedStack

# Roughly what AWS takes to make or to delete one; only how they compare matters.
MINUTES = {
    "aws_db_instance": 10.0,
    "aws_globalaccelerator_accelerator": 3.0,
    "aws_lambda_invocation": 3.0,  # a rollout or a pre-deploy task, which is waited for
    "aws_lb": 3.0,
    "aws_nat_gateway": 3.0,
    "aws_elasticache_serverless_cache": 2.0,
    "aws_opensearchserverless_collection": 2.0,
}
ANY_STACK_MINUTES = 0.5


def expected_minutes(stack: SynthesizedStack) -> float:
    """Estimate how long a stack takes: as long as its slowest resource."""
    return max((MINUTES.get(kind, 0.0) for kind in stack.code.get("resource", {})), default=0.0) + ANY_STACK_MINUTES


def critical_paths(minutes: Mapping[str, float], needs: Mapping[str, Set[str]]) -> dict[str, float]:
    """Return for each stack the minutes from its beginning to the end of all that waits for it.

    `minutes` are those of each stack alone, and `needs` what has to be done before each.
    """
    waiting: dict[str, list[str]] = {id_: [] for id_ in minutes}
    for id_, before in needs.items():
        for needed in before:
            waiting[needed].append(id_)
    found: dict[str, float] = {}

    def path(id_: str) -> float:
        if id_ not in found:
            found[id_] = minutes[id_] + max((path(other) for other in waiting[id_]), default=0.0)
        return found[id_]

    return {id_: path(id_) for id_ in minutes}


def lost_by(failed: Iterable[str], needs: Mapping[str, Set[str]]) -> set[str]:
    """Return what failed, and all that will never have what it needs."""
    lost, before = set(failed), -1
    while len(lost) != before:
        before = len(lost)
        lost.update(id_ for id_, needed in needs.items() if needed & lost)
    return lost
