"""A state that is copied from one keeper to another."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cli.errors import CommandError


@dataclass(frozen=True)
class State:
    """A state as Terraform wrote it, to the byte."""

    content: bytes

    @property
    def lineage(self) -> str:
        """The lineage: which history of states it belongs to."""
        return str(json.loads(self.content)["lineage"])

    @property
    def serial(self) -> int:
        """The serial: which state of its lineage it is."""
        return int(json.loads(self.content)["serial"])

    def follows(self, other: State | None, where: str) -> bool:
        """Return whether it has to be written where the other is; refuse where that would lose something."""
        if other is None:
            return True
        if other.lineage != self.lineage:
            raise CommandError(
                f"{where} holds another state, with another lineage: it was not copied from here",
                fix="find out what it describes; delete it there if it is nothing",
            )
        if other.serial > self.serial:
            raise CommandError(
                f"{where} holds a newer state (serial {other.serial}) than what should be copied over it "
                f"(serial {self.serial})",
                fix="copy in the other direction",
            )
        if other.serial == self.serial and json.loads(other.content) != json.loads(self.content):
            raise CommandError(
                f"{where} holds another state of serial {other.serial}: both have been changed since they were one",
                fix="compare the two, and delete the one that is wrong",
            )
        return other.serial < self.serial
