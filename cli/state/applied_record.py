"""The records beside the states in S3: the code that a deploy applied, and the state that it left.

A record is taken back before the next deploy changes anything: whatever ends between the two, by a failure or by
`kill -9`, leaves a stack that has to be planned. docs/adr/0024-deploys-plan-only-what-was-not-applied.md
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from cli.state.bucket import MOST_AT_A_TIME, RECORD_SUFFIX, read_state
from cli.state.s3_object import read_object
from cli.state.state_file import StateFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from cli.terraform.synthesized import SynthesizedStack


@dataclass(frozen=True)
class AppliedRecord:
    """The code that the last deploy applied, the state that it left, and the version of its Terraform."""

    code: str
    """cli/deploy/code_hash.py"""
    state: str
    """StateFile.digest"""
    terraform: str


FIELDS = {its.name for its in fields(AppliedRecord)}
BEGUN = "groundwork-begun.json"
"""Beside a stack's code: which deploy has begun from this checkout last, and in which AWS."""


@dataclass(frozen=True)
class Begun:
    """A deploy that has begun, and has not ended well as far as anybody knows."""

    id: str
    endpoint: str
    """Of the AWS, "" where it is AWS' own."""


def read_begun(directory: Path) -> Begun | None:
    """Return the deploy that has begun last in a stack's directory."""
    try:
        return Begun(**json.loads((directory / BEGUN).read_text()))
    except (OSError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class AppliedRecords:
    """The records of one environment, an object for each stack."""

    s3: S3Client
    bucket: str
    _begun: dict[str, str] = field(default_factory=dict)

    def read(self, stacks: Iterable[SynthesizedStack]) -> dict[str, AppliedRecord]:
        """Return the record of each stack that the last deploy ended well for, by the stack's id."""
        found = self._get_all(stacks)
        return {id_: AppliedRecord(**content) for id_, content in found.items() if content.keys() == FIELDS}

    def begun(self, stacks: Iterable[SynthesizedStack]) -> set[str]:
        """Return the ids of the stacks whose last deploy was not seen to end."""
        return {id_ for id_, content in self._get_all(stacks).items() if content.get("begun")}

    def state(self, stack: SynthesizedStack) -> StateFile | None:
        """Return the stack's state as it is now."""
        return read_state(self.s3, self.bucket, stack.state_key)

    def take_back(self, stack: SynthesizedStack) -> None:
        """Let the stack not be known to be applied from here on."""
        begun = Begun(str(uuid.uuid4()), os.environ.get("AWS_ENDPOINT_URL", ""))
        self._begun[stack.id] = begun.id
        self._put(stack, {"begun": begun.id})
        (stack.directory / BEGUN).write_text(json.dumps(asdict(begun)))

    def last_begun(self, stack: SynthesizedStack) -> str | None:
        """Return the id of the stack's last deploy if it was not seen to end, else ""; None if nothing is known."""
        content = self._get(self.key(stack))
        return None if content is None else content.get("begun", "")

    def write(self, stack: SynthesizedStack, record: AppliedRecord | None) -> None:
        """Note that the deploy which took it back has ended, unless another one has begun since.

        Without a record: not well, but in good order, so that all that it made is in its state.
        """
        if self._get(self.key(stack)) == {"begun": self._begun.pop(stack.id, None)}:
            self._put(stack, asdict(record) if record else {"ended": "badly"})

    @staticmethod
    def key(stack: SynthesizedStack) -> str:
        """Return the key of the stack's record."""
        return f"{stack.id.replace('-', '/', 1)}{RECORD_SUFFIX}"

    def _get_all(self, stacks: Iterable[SynthesizedStack]) -> dict[str, dict[str, str]]:
        """Return what is noted of each stack, by its id; of whom nothing is, is left out."""
        stacks = list(stacks)
        with ThreadPoolExecutor(MOST_AT_A_TIME) as pool:
            found = zip(stacks, pool.map(lambda stack: self._get(self.key(stack)), stacks), strict=True)
        return {stack.id: content for stack, content in found if content}

    def _get(self, key: str) -> dict[str, str] | None:
        body = read_object(self.s3, self.bucket, key)
        try:
            found = json.loads(body or b"null")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def _put(self, stack: SynthesizedStack, content: dict[str, str]) -> None:
        self.s3.put_object(
            Bucket=self.bucket,
            Key=self.key(stack),
            Body=json.dumps(content).encode(),
            ContentType="application/json",
            ServerSideEncryption="AES256",
        )
