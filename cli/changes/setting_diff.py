"""Differences between two versions of a YAML file, by setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.loader.release_place import PREVIOUS, RELEASES
from config.models.environment.shared import SHARED
from config.source.document import read_document
from config.source.node import Node

OVERRIDES = "environments"


@dataclass(frozen=True)
class SettingChange:
    """One setting, dotted, as it was written; None is: not written."""

    file: str
    setting: str
    old: str | None
    new: str | None

    def concerns(self, environment: str) -> bool:
        """Return whether it can matter there: an override is of one environment, earlier releases of the registry."""
        if RELEASES in Path(self.file).parents and self.setting == PREVIOUS:
            return environment == SHARED
        first, _, rest = self.setting.partition(".")
        return first != OVERRIDES or rest.partition(".")[0] == environment

    def __str__(self) -> str:
        if self.setting == "":
            return f"{self.file} is {'new' if self.old is None else 'gone'}"
        if self.old is None:
            return f"{self.file}: {self.setting} {self.new} is new"
        if self.new is None:
            return f"{self.file}: {self.setting} {self.old} is gone"
        return f"{self.file}: {self.setting} {self.old} → {self.new}"


def setting_changes(base: Path, head: Path, file: Path) -> list[SettingChange]:
    """Return the settings of a file that differ between two checkouts; of a new or removed file, the file."""
    there = [(root / file).is_file() for root in (base, head)]
    if not all(there):
        old, new = ("a file" if is_there else None for is_there in there)
        return [SettingChange(str(file), "", old, new)]
    before, after = (dict(_leaves(read_document(root, file).node)) for root in (base, head))
    paths = [*before, *(path for path in after if path not in before)]
    return [
        SettingChange(str(file), path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _leaves(node: Node | None, path: str = "") -> Iterator[tuple[str, str]]:
    if node is None:
        return
    if isinstance(node.content, dict) and node.content:
        for key, value in node.content.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    else:
        yield path, node.source
