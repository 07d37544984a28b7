"""Containers beside the main one of a task definition, as `sidecars:` of its service."""

from __future__ import annotations

import json

from pydantic import ValidationError

from cli.importers.container_settings import LINUX, said
from cli.importers.draft import Draft
from cli.importers.ecs.container_fields import CONTAINER
from cli.importers.foreign_values import mapping, text, whole
from cli.importers.mappings import Table, apply_table, left_out
from config.models.service.container.ports import is_port_name
from config.models.service.container.sidecars import LEAST_FOR_ITSELF_MIB, LEAST_MIB, OF_THE_PLATFORM_MIB, Sidecar
from config.models.service.service import Service
from config.source.node import Node

_OF_THE_TASK = left_out("the service has it, for its own container")


def _essential(draft: Draft, node: Node, setting: str) -> None:
    if node.content is False:
        draft.set("essential", False)
        draft.carried(node, setting, "essential: false")


def _memory(draft: Draft, node: Node, setting: str) -> None:
    draft.set("memory_mib", max(whole(node, setting), LEAST_MIB))
    draft.carried(node, setting, "memory_mib")


def _linux(draft: Draft, node: Node, setting: str) -> None:
    table = {**LINUX, "tmpfs": _OF_THE_TASK}
    apply_table(table, draft, said(mapping(node, setting).items()), below=f"{setting}.")


SIDECAR: Table = {
    **CONTAINER,
    "essential": _essential,
    "memory": _memory,
    "linuxParameters": _linux,
    "stopTimeout": _OF_THE_TASK,
    "ulimits": _OF_THE_TASK,
}


def draft_sidecar(draft: Draft, container: Node, *, name: str, setting: str) -> None:
    """Draft a container beside the service's own; one that the service has no room or no form for is to do."""
    beside = Draft(name, container)
    fields = mapping(container, setting)
    if "image" in fields:
        beside.set("image", text(fields["image"], f"{setting}.image"))
        beside.carried(fields["image"], f"{setting}.image", f"sidecars.{name}.image")
    rest = said((key, its) for key, its in fields.items() if key not in ("name", "image"))
    apply_table(SIDECAR, beside, rest, below=f"{setting}.")
    if beside.fields.pop("ports", None):
        beside.left_out(container, f"{setting}.portMappings", "a sidecar is reached by others at one port, its first")
    if not (is_port_name(name) and _fits(draft, beside)):
        draft.to_do(container, setting, f"write it below `sidecars: {{{name}: …}}`, or make it a service")
        return
    draft.set(f"sidecars.{name}", beside.fields)
    draft.remarks.extend(beside.remarks)
    draft.secrets.update(beside.secrets)


def _fits(draft: Draft, beside: Draft) -> bool:
    try:
        sidecar = Sidecar.model_validate_json(json.dumps(beside.fields))
    except ValidationError:
        return False
    held = sum(its.get("memory_mib", sidecar.memory_mib) for its in draft.get("sidecars", {}).values())
    has = draft.get("memory_mib", Service.model_fields["memory_mib"].default)
    return bool(has - OF_THE_PLATFORM_MIB - held - sidecar.memory_mib >= LEAST_FOR_ITSELF_MIB)
