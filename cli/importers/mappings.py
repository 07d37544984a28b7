"""Tables that say what becomes of each field of a foreign file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.importers.draft import Draft
from cli.importers.foreign_values import truth
from config.source.node import Node

Handler = Callable[[Draft, Node, str], None]
"""A function that takes a foreign field: the draft, its value, and its dotted name for the report."""
Table = Mapping[str, Handler]

UNKNOWN = "the importer does not know it, and left it out; docs/reference/service.md has every field that there is"


def apply_table(table: Table, draft: Draft, fields: Mapping[str, Node], *, below: str = "") -> None:
    """Take each field by its row of the table; every one leaves a remark."""
    for name, node in fields.items():
        if not name.startswith("x-"):
            table.get(name, left_out(UNKNOWN))(draft, node, f"{below}{name}")


def section(table: Table) -> Handler:
    """Take a mapping by a table of its own."""

    def handle(draft: Draft, node: Node, setting: str) -> None:
        apply_table(table, draft, node.fields, below=f"{setting}.")

    return handle


def left_out(why: str) -> Handler:
    """Leave a field out, and say why and what to do instead."""

    def handle(draft: Draft, node: Node, setting: str) -> None:
        draft.left_out(node, setting, why)

    return handle


def carry_number(path: str, read: Callable[[Node, str], int], *, least: int, most: int) -> Handler:
    """Carry a number over, as near as the bounds of our field allow."""

    def handle(draft: Draft, node: Node, setting: str) -> None:
        asked = read(node, setting)
        draft.set(path, taken := max(least, min(most, asked)))
        if taken == asked:
            draft.carried(node, setting, path)
        else:
            draft.changed(node, setting, f"`{path}: {taken}`: {least} to {most} is taken")

    return handle


def carry_truth(path: str) -> Handler:
    """Carry true over; false is the default."""

    def handle(draft: Draft, node: Node, setting: str) -> None:
        if truth(node, setting):
            draft.set(path, value=True)
        draft.carried(node, setting, path)

    return handle
