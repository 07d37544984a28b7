"""Unmanaged resources: those that carry an environment's tag in AWS and are in none of its states.

A Terraform that was killed may have created things that it could no longer write down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.state.state_file import StateFile

BOOTSTRAP = "bootstrap"
MADE_BESIDE_TERRAFORM = frozenset({BOOTSTRAP, "secrets"})
"""Stack tags of what no state is meant to know: the state bucket itself, and the values of secrets."""


@dataclass(frozen=True, order=True)
class Tagged:
    """A resource in AWS that carries the environment's tag."""

    arn: str
    stack: str = ""

    @property
    def names(self) -> set[str]:
        """Every name that a state may have for it: its ARN, or an id that nothing else in AWS has, as EC2 gives them.

        Of anything else the last part is a name: a subnet group and a database may share it.
        """
        ids = {self.arn.rpartition("/")[2]} if self.arn.split(":")[2] == "ec2" else set()
        return {self.arn, self.family, *ids}

    @property
    def made_by_aws(self) -> bool:
        """A database's daily snapshot: RDS copies its tags, and deletes it in time."""
        return "snapshot:rds:" in self.arn

    @property
    def family(self) -> str:
        """The ARN without its revision: Terraform knows only the newest of a task definition."""
        return self.arn.rpartition(":")[0] if ":task-definition/" in self.arn else self.arn


def identifiers(state: StateFile) -> set[str]:
    """Everything by which the state's resources, and what AWS made for them, may be called."""
    return {
        identifier
        for resource in state.content.get("resources", [])
        if resource["mode"] == "managed"
        for instance in resource["instances"]
        for identifier in _within(instance["attributes"])
    }


def _within(value: Any, key: str = "") -> Iterator[str]:
    """Ids and ARNs at any depth: the secret that RDS makes for a password stands inside of its database."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _within(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner, key)
    elif isinstance(value, str) and value and (key == "id" or key.endswith(("arn", "arn_without_revision"))):
        yield value


def unmanaged(tagged: Iterable[Tagged], states: Iterable[StateFile]) -> list[Tagged]:
    """Return the tagged resources that no state knows, and one should."""
    known = set[str]().union(*(identifiers(state) for state in states))
    return sorted(
        resource
        for resource in set(tagged)
        if resource.stack not in MADE_BESIDE_TERRAFORM and not resource.made_by_aws and not known & resource.names
    )


def report(environment: str, found: Sequence[Tagged]) -> str:
    """Describe what a killed Terraform may have left behind, for whoever has to clear it away."""
    if not found:
        return f"Outside the states of {environment} nothing exists that carries its tag."
    return "\n".join(
        [
            "These exist with the tag of this environment, and no state knows them:",
            *(f"  {stray.stack:<24} {stray.arn}" for stray in found),
            f"The next deploy imports them, and so does `groundwork adopt {environment}`; or delete them.",
        ]
    )
