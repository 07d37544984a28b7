"""Commands that are imported when they are asked for.

Together they need boto3, httpx, Rich and each other, half a second of every start; a single one needs few of them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

if TYPE_CHECKING:
    from typer._click import Command


@dataclass(frozen=True)
class CommandPlace:
    """A command: where it lies, and how the help lists it."""

    source: str
    """Module and name, `cli.logs.command:logs`, of a function or of a Typer with commands of its own."""
    panel: str | None
    """The heading above it. None hides a command."""
    help: str | None = None
    """Other words than those of its function."""


class LazyCommands(MutableMapping[str, "Command"]):
    """Commands by name. To list the names imports nothing."""

    def __init__(self, places: dict[str, CommandPlace]) -> None:
        self._places = places
        self._loaded: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._places[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def lazy_group(places: dict[str, CommandPlace]) -> type[TyperGroup]:
    """Return the class of a group that has these commands."""

    class LazyGroup(TyperGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self.commands = LazyCommands(places)

        def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - Typer gives it
            return list(self.commands)

    return LazyGroup


def _load(name: str, place: CommandPlace) -> Command:
    module, attribute = place.source.split(":")
    gc.disable()  # what is imported stays, so nobody need look for garbage in it: a tenth of the time
    try:
        found = getattr(import_module(module), attribute)
    finally:
        gc.freeze()
        gc.enable()
    holder = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    holder.callback()(lambda: None)  # or a Typer with one command is that command
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name, rich_help_panel=place.panel)
    else:
        hidden = place.panel is None
        holder.command(name, rich_help_panel=place.panel, hidden=hidden, help=place.help)(found)
    return get_group(holder).commands[name]
