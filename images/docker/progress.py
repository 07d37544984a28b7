"""Progress of a build or a push, from what Docker prints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

STEP = re.compile(r"^Step (\d+)/(\d+) : |^#\d+ \[(?:\S+ )?\s*(\d+)/(\d+)\] ")
LAYER = re.compile(r"^([0-9a-f]{12}): (\w+)")
LAYER_DONE = frozenset({"Pushed", "Layer", "Mounted"})  # "Layer already exists", "Mounted from ..."


@dataclass
class BuildProgress:
    """Steps of a Dockerfile."""

    done: int = 0
    total: int = 0

    def read(self, line: str) -> None:
        """Take one line; the older builder counts `Step 2/5`, BuildKit `[2/5]` for each stage."""
        if match := STEP.match(line):
            done, total = (int(number) for number in match.groups() if number)
            self.done, self.total = max(self.done, done), max(self.total, total)


@dataclass
class PushProgress:
    """Layers of an image."""

    _layers: dict[str, bool] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Take one line."""
        if match := LAYER.match(line):
            self._layers[match[1]] = self._layers.get(match[1], False) or match[2] in LAYER_DONE

    @property
    def total(self) -> int:
        """Layers named so far."""
        return len(self._layers)

    @property
    def done(self) -> int:
        """Layers that the registry has."""
        return sum(self._layers.values())
