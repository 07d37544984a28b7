"""What exists in AWS with an environment's tag, but in none of its states.

A Terraform that was killed may have created things that it could no longer write down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cli.state import StateFile

BOOTSTRAP = "bootstrap"
MADE_BESIDE_TERRAFORM = frozenset({BOOTSTRAP, "secrets"})
"""Stack tags of what no state is meant to know: the state bucket itself, and the values of secrets."""


@dataclass(frozen=True, order=True)
class Tagged:
    """A resource in AWS that carries the environment's tag."""

    arn: str
    stack: str = ""

    @property
    def id(self) -> str:
        """The last part of the ARN: what Terraform calls the id of many resources."""
        return self.arn.rpartition("/")[2].rpartition(":")[2]

    @property
    def family(self) -> str:
        """The ARN without its revision: Terraform knows only the newest of a task definition."""
        return self.arn.rpartition(":")[0] if ":task-definition/" in self.arn else self.arn


def identifiers(state: StateFile) -> set[str]:
    """Everything by which the state's resources may be called in AWS."""
    found: set[str] = set()
    for resource in state.content.get("resources", []):
        for instance in resource["instances"] if resource["mode"] == "managed" else []:
            attributes: dict[str, Any] = instance["attributes"]
            found.update(
                value
                for key, value in attributes.items()
                if isinstance(value, str) and value and (key == "id" or key.endswith(("arn", "arn_without_revision")))
            )
    return found


def strays(tagged: Iterable[Tagged], states: Iterable[StateFile]) -> list[Tagged]:
    """The tagged resources that no state knows, and one should."""
    known = set[str]().union(*(identifiers(state) for state in states))
    return sorted(
        resource
        for resource in set(tagged)
        if resource.stack not in MADE_BESIDE_TERRAFORM
        and not known.intersection((resource.arn, resource.id, resource.family))
    )
