"""`count:` and `on:` of a Copilot manifest: numbers of tasks, and times."""

from __future__ import annotations

import re

from cli.importers.draft import Draft
from cli.importers.foreign_values import mapping, text, whole
from config.models.cron import valid_time
from config.models.cron_forms import from_crontab
from config.source.node import Node

_MEASURES = {"cpu_percentage": "cpu_percent", "memory_percentage": "memory_percent"}


def set_count(draft: Draft, node: Node, setting: str) -> None:
    """Take `count:`: a number, or a range and what moves the number within it."""
    if not node.fields:
        _range(draft, node, setting, whole(node, setting), whole(node, setting))
        return
    for name, its in mapping(node, setting).items():
        where = f"{setting}.{name}"
        measured = its.fields.get("value", its)
        if name == "range":
            _written_range(draft, its, where)
        elif name == "spot":
            _range(draft, its, where, whole(its, where), whole(its, where))
            draft.set("spot_percent", 100)
        elif name in _MEASURES:
            draft.set(f"scaling.{_MEASURES[name]}", whole(measured, where))
            draft.carried(its, where, f"scaling.{_MEASURES[name]}")
        elif name == "requests":
            draft.set("scaling.requests_per_task", whole(measured, where))
            draft.carried(its, where, "scaling.requests_per_task, a minute")
        elif name == "queue_delay":
            draft.set("scaling.messages_per_task", 100)
            draft.set("queues.events", {})
            draft.changed(its, where, "`scaling.messages_per_task: 100`: by messages for each task, not by their delay")
        elif name == "response_time":
            draft.left_out(
                its, where, "tasks are moved by CPU, memory, requests or messages; an alert says that it is slow"
            )
        else:
            draft.left_out(its, where, "target tracking waits by itself")


def _written_range(draft: Draft, node: Node, setting: str) -> None:
    if node.fields:
        least, most = (whole(node.fields[end], setting) if end in node.fields else 1 for end in ("min", "max"))
        if "spot_from" in node.fields:
            draft.set("spot_percent", 100)
            draft.set("on_demand_base", max(0, whole(node.fields["spot_from"], setting) - 1))
            draft.carried(node.fields["spot_from"], f"{setting}.spot_from", "spot_percent, on_demand_base")
    else:
        ends = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", text(node, setting))
        least, most = (int(ends[1]), int(ends[2])) if ends else (whole(node, setting),) * 2
    _range(draft, node, setting, least, most)


def _range(draft: Draft, node: Node, setting: str, least: int, most: int) -> None:
    draft.set("scaling.min_tasks", least)
    draft.set("scaling.max_tasks", max(least, most))
    draft.carried(node, setting, f"scaling: {least} to {max(least, most)} tasks")


def set_schedule(draft: Draft, node: Node, setting: str) -> None:
    """Draft the schedule of a job; crontab's form becomes EventBridge's."""
    written = text(node.fields.get("schedule", node), setting).strip()
    if written.lower() == "none":
        draft.set("schedule.expression", "rate(365 days)")
        draft.to_do(
            node, setting, "it never ran by itself: `kind: one-off`, without `schedule:`, is run by `groundwork run`"
        )
        return
    expression = _expression(written)
    if expression is None:
        draft.set("schedule.expression", "rate(1 day)")
        draft.to_do(node, setting, f"{written} cannot be said in one expression of AWS: write `schedule.expression`")
        return
    draft.set("schedule.expression", expression)
    if expression == written:
        draft.carried(node, setting, f"schedule.expression: {expression}")
    else:
        draft.changed(node, setting, f"`schedule.expression: {expression}`: AWS' form of {written}")


def _expression(written: str) -> str | None:
    if every := re.fullmatch(r"@every ((?:\d+h)?(?:\d+m)?)(?:0?0s)?", written):
        hours, minutes = (int(found[1]) if (found := re.search(rf"(\d+){unit}", every[1])) else 0 for unit in "hm")
        total = hours * 60 + minutes
        if not total:
            return None
        amount, unit = (total // 60, "hour") if total % 60 == 0 else (total, "minute")
        return f"rate({amount} {unit}{'' if amount == 1 else 's'})"
    if ours := from_crontab(written):
        return ours
    try:
        return valid_time(written) if re.fullmatch(r"(cron|rate)\(.*\)", written) else None
    except ValueError:
        return None
