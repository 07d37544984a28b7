"""A stack's state, as Terraform wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SUFFIX = ".tfstate"
NOT_READ = object()
"""Stands for an output that a state does not know."""


@dataclass(frozen=True)
class StateFile:
    """One stack's state as Terraform wrote it."""

    key: str
    content: dict[str, Any]

    @property
    def stack(self) -> str:
        """The stack's name within its environment."""
        return self.key.rpartition("/")[2].removesuffix(SUFFIX)

    @property
    def digest(self) -> str:
        """Another one whenever anything in the state is another."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()

    @property
    def outputs(self) -> dict[str, Any]:
        """The values that other stacks may read, by name."""
        return {name: output.get("value") for name, output in self.content.get("outputs", {}).items()}

    def read_outputs(self, data_source: str, names: Iterable[str]) -> dict[str, Any]:
        """Return the outputs of another state as its Terraform read them, NOT_READ for those that it did not."""
        found = [
            instance["attributes"].get("outputs", {}).get("value", {})
            for entry in self.content.get("resources", [])
            if entry["mode"] == "data" and (entry["type"], entry["name"]) == ("terraform_remote_state", data_source)
            for instance in entry["instances"]
        ]
        values = found[0] if found else {}
        return {name: values.get(name, NOT_READ) for name in names}

    @property
    def managed_ids(self) -> set[tuple[str, str]]:
        """The type and id of each managed resource."""
        return {
            (resource["type"], str(instance["attributes"].get("id")))
            for resource in self.content.get("resources", [])
            if resource["mode"] == "managed"
            for instance in resource["instances"]
        }

    @property
    def is_half_made(self) -> bool:
        """A resource that Terraform has to make again, or to remove because it was replaced, is in it."""
        return any(
            instance.get("status") == "tainted" or "deposed" in instance
            for resource in self.content.get("resources", [])
            for instance in resource["instances"]
        )

    def data_names(self, kind: str) -> list[str]:
        """Return the names of its data sources of one type."""
        found = self.content.get("resources", [])
        return [entry["name"] for entry in found if entry["mode"] == "data" and entry["type"] == kind]

    @property
    def protected(self) -> list[str]:
        """The resources that AWS refuses to delete."""
        flags = ("deletion_protection", "enable_deletion_protection")
        return [
            f"{resource['type']} {resource['name']}"
            for resource in self.content.get("resources", [])
            for instance in resource["instances"]
            if any(instance["attributes"].get(flag) is True for flag in flags)
        ]

    @property
    def resources(self) -> int:
        """The number of managed resources in it."""
        return sum(
            len(resource["instances"])
            for resource in self.content.get("resources", [])
            if resource["mode"] == "managed"
        )
