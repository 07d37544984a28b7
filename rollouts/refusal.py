"""The error that makes an apply red; a message is all that its reader gets."""

from __future__ import annotations


class RolloutError(Exception):
    """A rollout that was not taken, with what is known of the reason."""


class TaskError(Exception):
    """A task that did not run to its end, or ended badly."""


def told(message: str, evidence: list[str]) -> str:
    """Write the message, and each piece of evidence on a line of its own below it."""
    return "\n".join([message, *(f"  {line}" for line in evidence)])


def short(arn: str) -> str:
    """Return the part after the last slash: family and revision of a task definition, the id of a task."""
    return arn.rpartition("/")[2]
