"""The states of an environment in S3, to copy from or to."""

from __future__ import annotations

import json
import socket
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.state.bucket import bucket_exists
from cli.state.s3_object import read_object
from cli.state.state_file import SUFFIX
from cli.terraform.locks import MOVED
from cli.terraform_cloud.copied_state import State

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Bucket:
    """The states of one environment in S3."""

    s3: S3Client
    name: str
    environment: str

    def need(self) -> None:
        """Refuse to go on without it."""
        if not bucket_exists(self.s3, self.name):
            raise CommandError(f"there is no bucket {self.name}", fix="name the bucket of the states with --bucket")

    def key(self, stack: str) -> str:
        """Return the key of a stack's state."""
        return f"{self.environment}/{stack.partition('-')[2]}{SUFFIX}"

    def where(self, stack: str) -> str:
        """Return the address of a stack's state, for people."""
        return f"s3://{self.name}/{self.key(stack)}"

    def read(self, stack: str) -> State | None:
        """Read a stack's state, or None."""
        body = read_object(self.s3, self.name, self.key(stack))
        return State(body) if body else None

    def write(self, stack: str, state: State) -> None:
        """Write a stack's state."""
        self.s3.put_object(Bucket=self.name, Key=self.key(stack), Body=state.content, ServerSideEncryption="AES256")

    def hold(self, stack: str, words: str) -> None:
        """Take Terraform's own lock, and keep it."""
        lock = {
            "ID": str(uuid.uuid4()),
            "Operation": MOVED,
            "Info": words,
            "Who": f"{getuser()}@{socket.gethostname()}",
            "Version": "",
            "Created": datetime.now(UTC).isoformat(),
            "Path": f"{self.name}/{self.key(stack)}",
        }
        try:
            self.s3.put_object(Bucket=self.name, Key=self._lock(stack), Body=json.dumps(lock).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            if not self.is_moved(stack):
                raise CommandError(f"{self.where(stack)} is locked; wait until its Terraform has ended") from error

    def let_go(self, stack: str) -> None:
        """Release a lock of ours."""
        if self.is_moved(stack):
            self.s3.delete_object(Bucket=self.name, Key=self._lock(stack))

    def is_moved(self, stack: str) -> bool:
        """Return whether the state has been moved to Terraform Cloud."""
        body = read_object(self.s3, self.name, self._lock(stack))
        return body is not None and json.loads(body).get("Operation") == MOVED

    def _lock(self, stack: str) -> str:
        return f"{self.key(stack)}.tflock"
