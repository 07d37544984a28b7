"""Carries the states of an environment from S3 to Terraform Cloud, and back.

What was left behind stays as it is and is locked, so that no older checkout goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from cli.errors import CommandError
from cli.terraform_cloud.bucket import Bucket
from cli.terraform_cloud.copied_state import State
from cli.terraform_cloud.workspace_states import WorkspaceStates


class Direction(StrEnum):
    """The direction in which states move."""

    TERRAFORM_CLOUD = "terraform-cloud"
    S3 = "s3"


def move(bucket: Bucket, workspaces: WorkspaceStates, direction: Direction, stacks: list[str]) -> Iterator[str]:
    """Copy each stack's state, newest to nothing or to older; both sides are locked meanwhile. Says what it did."""
    source: Bucket | WorkspaceStates = bucket if direction is Direction.TERRAFORM_CLOUD else workspaces
    target: Bucket | WorkspaceStates = workspaces if direction is Direction.TERRAFORM_CLOUD else bucket
    for stack in stacks:
        if source.read(stack) is None:
            yield f"{stack}: nothing in {source.where(stack)}"
            continue
        source.hold(stack, f"its state is now in {target.where(stack)}")
        try:
            serial, copied = _copy(source, target, stack)
        except BaseException:
            source.let_go(stack)
            raise
        yield f"{stack}: serial {serial} {'copied to' if copied else 'is already in'} {target.where(stack)}"


def _copy(source: Bucket | WorkspaceStates, target: Bucket | WorkspaceStates, stack: str) -> tuple[int, bool]:
    """Copy a state; return its serial and whether that was needed. Nobody else can change the source any more."""
    target.hold(stack, "its state is being copied")
    try:
        state = source.read(stack)
        if state is None:
            raise CommandError(f"{source.where(stack)} has become empty")
        if not state.follows(target.read(stack), target.where(stack)):
            return state.serial, False
        target.write(stack, state)
        _compare(state, target.read(stack), target.where(stack))
        return state.serial, True
    finally:
        target.let_go(stack)


def _compare(wrote: State, found: State | None, where: str) -> None:
    if found is None or (found.lineage, found.serial) != (wrote.lineage, wrote.serial):
        raise CommandError(f"{where} does not hold what was written there; nothing of the source has been changed")
