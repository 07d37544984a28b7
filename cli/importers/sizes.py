"""Sizes of tasks and numbers of seconds, moved into what Fargate, ECS and the load balancer take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cli.importers.draft import Draft
from cli.importers.foreign_values import seconds, text, whole, words
from config.models.fargate import FARGATE_MEMORY_MIB
from config.models.service.check_command import SHELL
from config.models.service.health_check import LONGEST_COMMAND_S, LONGEST_START_S
from config.source.node import Node

_URL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(?P<port>\d+))?(?P<path>/[!-~]*)?")
# What HealthCheck takes, by its field.
_BOUNDS = {"interval_s": (5, 300), "timeout_s": (2, LONGEST_COMMAND_S), "unhealthy_threshold": (2, 10)}


def fargate_size(cpu: float, memory_mib: float) -> tuple[int, int]:
    """Return the smallest size that Fargate sells with as much of both; the largest where none has."""
    fitting = [
        (units, size)
        for units, sizes in FARGATE_MEMORY_MIB.items()
        for size in sizes
        if units >= cpu and size >= memory_mib
    ]
    return min(fitting) if fitting else (max(FARGATE_MEMORY_MIB), FARGATE_MEMORY_MIB[max(FARGATE_MEMORY_MIB)][-1])


def set_size(draft: Draft, node: Node, setting: str, *, cpu: float, memory_mib: float) -> None:
    """Draft a size, and say where it had to be another than was asked for; 0 asks for nothing."""
    units, size = fargate_size(cpu, memory_mib)
    draft.set("cpu", units)
    draft.set("memory_mib", size)
    if cpu in (0, units) and memory_mib in (0, size):
        draft.carried(node, setting, f"cpu: {units}, memory_mib: {size}")
        return
    asked = " and ".join([f"cpu {cpu:g}"] * bool(cpu) + [f"{memory_mib:g} MiB"] * bool(memory_mib))
    draft.changed(
        node, setting, f"`cpu: {units}, memory_mib: {size}`: the smallest task of Fargate with as much as {asked}"
    )


def set_check(draft: Draft, node: Node, setting: str, command: Sequence[str], **times: int | None) -> None:
    """Draft a container's own health check with its times, each within what ECS takes."""
    if list(command[:1]) == ["NONE"]:
        draft.set("health_check", "none")
        draft.carried(node, setting, "health_check: none")
        return
    given = [command[1]] if list(command[:1]) == [SHELL] and len(command) > 1 else list(command)
    draft.set("health_check.command", [SHELL, given[0]] if list(command[:1]) == [SHELL] else given)
    changed = []
    for field, asked in times.items():
        if asked is None:
            continue
        least, most = _BOUNDS.get(field, (0, LONGEST_START_S))
        draft.set(f"health_check.{field}", taken := max(least, min(most, asked)))
        if taken != asked:
            changed.append(f"{field} {asked} became {taken}, for ECS takes {least} to {most}")
    if changed:
        draft.changed(node, setting, f"`health_check`: {'; '.join(changed)}")
    else:
        draft.carried(node, setting, "health_check")


def docker_times(check: Mapping[str, Node], setting: str) -> dict[str, int]:
    """Return our times of a health check that has Docker's names for them."""
    names = {"interval_s": "interval", "timeout_s": "timeout", "grace_s": "start_period"}
    times = {ours: seconds(check[theirs], f"{setting}.{theirs}") for ours, theirs in names.items() if theirs in check}
    if "retries" in check:
        times["unhealthy_threshold"] = whole(check["retries"], f"{setting}.retries")
    return times


def docker_command(node: Node, setting: str) -> list[str]:
    """Return the command of a health check: a list, or a text for the shell."""
    return words(node, setting) if isinstance(node.content, tuple) else [SHELL, text(node, setting)]


def asked_over_http(command: Sequence[str]) -> tuple[int | None, str] | None:
    """Return port and path of the URL of its own that a health check asks."""
    found = _URL.search(" ".join(command))
    if not found:
        return None
    path = re.split(r"[\"'\s;|)]", found["path"] or "/")[0]
    return int(found["port"]) if found["port"] else None, path or "/"
