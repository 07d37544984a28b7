"""Limits, hardening and times of a container, which compose files, Copilot and ECS write in ways of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cli.importers.draft import Draft
from cli.importers.foreign_values import items, mapping, mib, one_or_more, text, whole
from cli.importers.mappings import Table, apply_table, carry_truth, left_out
from config.models.service.container.hardening import USER, Capability
from config.models.service.container.resources import (
    EPHEMERAL_WITHOUT_ASKING_GIB,
    MOST_EPHEMERAL_GIB,
    MOUNT_PATH,
    UlimitName,
)
from config.source.node import Node

TMPFS_MIB = 64


def carry_user(draft: Draft, node: Node, setting: str) -> None:
    """Carry over whom the program runs as."""
    written = text(node, setting)
    if re.match(USER, written):
        draft.set("user", written)
        draft.carried(node, setting, "user")
    else:
        draft.to_do(node, setting, "write `user:`, a number or a name, with a group behind a colon if need be")


def carry_disk(draft: Draft, node: Node, setting: str) -> None:
    """Carry over how much disk a task has, in GiB."""
    asked = whole(node, setting)
    if asked <= EPHEMERAL_WITHOUT_ASKING_GIB:
        draft.carried(node, setting, f"{EPHEMERAL_WITHOUT_ASKING_GIB} GiB, the default")
        return
    draft.set("ephemeral_gib", taken := min(asked, MOST_EPHEMERAL_GIB))
    if taken == asked:
        draft.carried(node, setting, "ephemeral_gib")
    else:
        draft.changed(node, setting, f"`ephemeral_gib: {taken}`: the most that Fargate has")


def carry_dropped(draft: Draft, node: Node, setting: str) -> None:
    """Carry over which capabilities the container does without."""
    asked = [text(one, setting).upper().removeprefix("CAP_") for one in items(node, setting)]
    known = [name for name in asked if name in set(Capability)]
    if known:
        draft.set("drop_capabilities", known)
        draft.carried(node, setting, f"drop_capabilities: [{', '.join(known)}]")
    for name in (name for name in asked if name not in known):
        draft.left_out(node, setting, f"ECS does not know the capability {name}")


def carry_tmpfs(draft: Draft, node: Node, setting: str) -> None:
    """Carry over the folders in memory of a compose file: a path, or `path:size=64m`."""
    for entry in one_or_more(node, setting):
        path, _, options = text(entry, setting).partition(":")
        size = next((option[5:] for option in options.split(",") if option.startswith("size=")), None)
        asked = mib(Node(entry.file, entry.line, size, size), setting) if size else None
        _set_tmpfs(draft, entry, setting, path, asked)


def _set_tmpfs(draft: Draft, node: Node, setting: str, path: str, size_mib: int | None) -> None:
    if not re.match(MOUNT_PATH, path.rstrip("/")):
        draft.to_do(node, setting, f"write `tmpfs: {{/path: MiB}}` in place of {path}")
        return
    folders = draft.get("tmpfs", {})
    draft.set("tmpfs", {**folders, path.rstrip("/"): size_mib or TMPFS_MIB})
    if size_mib:
        draft.carried(node, setting, f"tmpfs: {{{path}: {size_mib}}}")
    else:
        draft.changed(node, setting, f"`tmpfs: {{{path}: {TMPFS_MIB}}}`: it needs a size, in MiB of the task's memory")


def carry_compose_ulimits(draft: Draft, node: Node, setting: str) -> None:
    """Carry over the limits of a process: a number, or soft and hard."""
    for name, its in mapping(node, setting).items():
        both = its.fields
        soft = _limit(both.get("soft", its), f"{setting}.{name}")
        _set_ulimit(draft, its, f"{setting}.{name}", name, soft, _limit(both.get("hard", its), f"{setting}.{name}"))


def carry_ecs_ulimits(draft: Draft, node: Node, setting: str) -> None:
    """Carry over the limits of a process as ECS has them."""
    for entry in items(node, setting):
        its = mapping(entry, setting)
        if {"name", "softLimit", "hardLimit"} <= its.keys():
            name = text(its["name"], setting)
            soft, hard = (_limit(its[which], setting) for which in ("softLimit", "hardLimit"))
            _set_ulimit(draft, entry, f"{setting}.{name}", name, soft, hard)


def _limit(node: Node, setting: str) -> int:
    return -1 if node.content == -1 else whole(node, setting)


def _set_ulimit(draft: Draft, node: Node, setting: str, name: str, soft: int, hard: int) -> None:
    if name not in set(UlimitName):
        draft.left_out(node, setting, f"ECS sets no limit called {name}")
        return
    draft.set(f"ulimits.{name}", soft if soft == hard else {"soft": soft, "hard": hard})
    draft.carried(node, setting, f"ulimits.{name}")


def _ecs_tmpfs(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        its = mapping(entry, setting)
        if {"containerPath", "size"} <= its.keys():
            _set_tmpfs(draft, entry, setting, text(its["containerPath"], setting), whole(its["size"], setting))


def _capabilities(draft: Draft, node: Node, setting: str) -> None:
    apply_table(
        {"drop": carry_dropped, "add": left_out("Fargate gives no container more rights; the program must do without")},
        draft,
        said(mapping(node, setting).items()),
        below=f"{setting}.",
    )


def linux_parameters(draft: Draft, node: Node, setting: str) -> None:
    """Take `linuxParameters` of a container in a task definition."""
    apply_table(LINUX, draft, said(mapping(node, setting).items()), below=f"{setting}.")


def said(fields: Iterable[tuple[str, Node]]) -> dict[str, Node]:
    """Leave out the empty lists that AWS answers for what nobody said."""
    return {name: node for name, node in fields if node.content not in (None, (), {}, "")}


LINUX: Table = {
    "initProcessEnabled": carry_truth("init_process"),
    "capabilities": _capabilities,
    "tmpfs": _ecs_tmpfs,
    "devices": left_out("Fargate has no devices of a host"),
    "sharedMemorySize": left_out("Fargate gives 64 MB at /dev/shm; `tmpfs:` has more, at another path"),
    "maxSwap": left_out("Fargate has no swap"),
    "swappiness": left_out("Fargate has no swap"),
}
