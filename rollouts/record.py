"""The record of a one-off's finished work, so that a rollback does not do it again with an older image.

The record is a parameter in SSM, made by Terraform (modules/rollouts/pre_deploy_task.py) and written here: its first
line says which database the work was done on, each further one a piece of work, the newest last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3

from rollouts.contract import RunRequest

MOST_CHARACTERS = 4096
"""Of a standard parameter, which costs nothing: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""


@dataclass(frozen=True)
class Record:
    """One one-off's record. Work on another database, such as a restored one, does not count."""

    ssm: Any
    parameter: str
    database: str

    @classmethod
    def named(cls, event: RunRequest) -> Record | None:
        """Return the record that the request names; whoever runs a task by hand names none."""
        return cls(boto3.client("ssm"), event["record"], event["database"]) if event.get("record") else None

    def has(self, work: str) -> bool:
        """Return whether this has already been done."""
        return work in self._done()

    def add(self, work: str) -> None:
        """Note that this has been done; where there is no more room, the oldest work is forgotten."""
        done = [*(one for one in self._done() if one != work), work]
        while len(text := "\n".join([self.database, *done])) > MOST_CHARACTERS:
            done = done[1:]
        self.ssm.put_parameter(Name=self.parameter, Value=text, Overwrite=True)

    def _done(self) -> list[str]:
        value: str = self.ssm.get_parameter(Name=self.parameter)["Parameter"]["Value"]
        database, *done = value.split("\n")
        return done if database == self.database else []
