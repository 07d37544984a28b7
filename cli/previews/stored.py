"""The previews that an environment has, as their states tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cli.state.state_file import StateFile
from config.models.deploy_target import OUR_TAGS
from config.models.preview import PREFIX

EXPIRES = f"{OUR_TAGS}expires"


@dataclass(frozen=True)
class StoredPreview:
    """One preview, however far its deploy came."""

    state: StateFile

    @property
    def name(self) -> str:
        """Its name, as it was asked for."""
        return self.state.stack.removeprefix(PREFIX)

    @property
    def services(self) -> Mapping[str, str]:
        """The tag of each service; nothing where its first deploy was broken off."""
        return dict(self._told.get("services", {}))

    @property
    def hosts(self) -> Mapping[str, str]:
        """The host of each service that answers from outside."""
        return dict(self._told.get("hosts", {}))

    @property
    def expires(self) -> date:
        """The last day of it, by the tag that each of its resources carries."""
        found = [str(tags[EXPIRES]) for tags in self._values("tags_all") if isinstance(tags, dict) and EXPIRES in tags]
        return max(map(date.fromisoformat, found), default=date.min)

    @property
    def priorities(self) -> list[int]:
        """The rule priorities that it has on the load balancer."""
        return [int(number) for number in self._values("priority", kind="aws_lb_listener_rule")]

    @property
    def _told(self) -> dict[str, Any]:
        output = self.state.content.get("outputs", {}).get("preview")
        told: dict[str, Any] = json.loads(output["value"]) if output else {}
        return told

    def _values(self, attribute: str, *, kind: str | None = None) -> list[Any]:
        return [
            instance["attributes"][attribute]
            for resource in self.state.content.get("resources", [])
            if resource["mode"] == "managed" and kind in (None, resource["type"])
            for instance in resource["instances"]
            if instance["attributes"].get(attribute) is not None
        ]


def previews(states: Iterable[StateFile]) -> list[StoredPreview]:
    """Those that have any resource, by name."""
    found = [StoredPreview(state) for state in states if state.stack.startswith(PREFIX) and state.resources]
    return sorted(found, key=lambda preview: preview.name)
