"""The IAM actions that each Terraform resource type needs: config/rights.yaml, typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints

from config.models.settings import Settings

FILE = Path(__file__).parents[1] / "rights.yaml"

Action = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$")]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")]


class Needs(Settings):
    """The actions of one type, or of `groundwork` itself."""

    read: tuple[Action, ...] = ()
    write: tuple[Action, ...] = ()
    shared: bool = False
    person: bool = False


class Special(Settings):
    """Actions that are allowed elsewhere than the rest of their service, or under a condition."""

    actions: tuple[Action, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, str | tuple[str, ...]]] = Field(default_factory=dict)


class Rights(Settings):
    """The whole table."""

    types: Mapping[str, Needs]
    commands: Needs
    resources: Mapping[str, tuple[str, ...]]
    anywhere: tuple[Pattern, ...]
    tagged: tuple[Pattern, ...]
    special: tuple[Special, ...]

    def reads(self, *, shared: bool) -> set[str]:
        """Return the actions of a plan of every type, in an environment or in the shared stacks."""
        return self._actions(shared, ("read",))

    def changes(self, *, shared: bool) -> set[str]:
        """Return the actions of an apply and a destroy of every type, without types that a person decides about."""
        return self._actions(shared, ("read", "write"))

    def _actions(self, shared: bool, kinds: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for needs in self.types.values():
            if needs.person or needs.shared == shared:
                found.update(needs.read)
            if "write" in kinds and not needs.person and needs.shared == shared:
                found.update(needs.write)
        return found | {action for kind in kinds if not shared for action in getattr(self.commands, kind)}

    def special_of(self, action: str) -> Special | None:
        """Return the entry of an action that has one of its own."""
        return next((special for special in self.special if action in special.actions), None)

    def is_anywhere(self, action: str) -> bool:
        """Return whether the action takes no resource but `*`."""
        return any(fnmatchcase(action, pattern) for pattern in self.anywhere)

    def is_tagged(self, action: str) -> bool:
        """Return whether the action can be limited by the resource's tags."""
        return any(fnmatchcase(action, pattern) for pattern in self.tagged)


@cache
def load_rights() -> Rights:
    """Return the table in this repository."""
    loaded: Any = yaml.safe_load(FILE.read_text())
    return Rights.model_validate(loaded)
