"""Environment variables of foreign files: plain values, secrets by name, and what the platform sets itself."""

from __future__ import annotations

import re

from cli.importers.confidential import is_secret, want_secret
from cli.importers.draft import Draft
from config.source.node import Node

UNSET_START, UNSET_END = "\ue000", "\ue001"
"""Marks around the name of a variable that nobody has set where the foreign file is read."""
_UNSET = re.compile(f"{UNSET_START}([A-Za-z_][A-Za-z0-9_]*){UNSET_END}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ACCESS_KEYS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
_SET_BY_ECS = frozenset({"AWS_REGION", "AWS_DEFAULT_REGION"})


def unset(value: str) -> list[str]:
    """Return the names of variables that the value waits for."""
    return _UNSET.findall(value)


def shown(value: str) -> str:
    """Return the value as it was written, for a message."""
    return _UNSET.sub(r"${\1}", value)


def set_variable(draft: Draft, node: Node, setting: str, name: str, value: str | None) -> None:
    """Draft a variable by what it holds; a value that may be a secret goes nowhere."""
    if not _NAME.fullmatch(name):
        draft.left_out(node, setting, "a variable's name is letters, digits and underscores, no digit first; rename it")
    elif name in _ACCESS_KEYS:
        draft.left_out(node, setting, "no keys of AWS: the task has a role, and `permissions:` says what it may do")
    elif name in _SET_BY_ECS:
        draft.left_out(node, setting, "ECS sets it in every task")
    elif value is None or unset(value):
        if is_secret(name, "unknown") or any(is_secret(other, "unknown") for other in unset(value or "")):
            want_secret(draft, node, setting, name)
        else:
            waits = ", ".join(unset(value or "")) or name
            draft.to_do(
                node, setting, f"its value comes from {waits} where it runs now: write it as `variables.{name}`"
            )
    elif is_secret(name, value):
        want_secret(draft, node, setting, name)
    else:
        draft.set(f"variables.{name}", value)
        draft.carried(node, setting, f"variables.{name}")
