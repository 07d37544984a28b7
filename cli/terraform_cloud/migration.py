"""Carries the states of an environment from S3 to Terraform Cloud, and back.

What was left behind stays as it is and is locked, so that no older checkout goes on with it.
"""

from __future__ import annotations

import hashlib
import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getuser
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.locks import MOVED
from cli.state import SUFFIX, bucket_exists
from cli.terraform_cloud.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pytfe.models import Workspace


class Direction(StrEnum):
    """Where the states go."""

    TERRAFORM_CLOUD = "terraform-cloud"
    S3 = "s3"


@dataclass(frozen=True)
class State:
    """A state as Terraform wrote it, to the byte."""

    content: bytes

    @property
    def lineage(self) -> str:
        return str(json.loads(self.content)["lineage"])

    @property
    def serial(self) -> int:
        return int(json.loads(self.content)["serial"])

    def follows(self, other: State | None, where: str) -> bool:
        """Whether it has to be written where the other is; refused where that would lose something."""
        if other is None:
            return True
        if other.lineage != self.lineage:
            raise CommandError(
                f"{where} holds another state, with another lineage: it was not copied from here\n"
                "  fix: find out what it describes; delete it there if it is nothing"
            )
        if other.serial > self.serial:
            raise CommandError(
                f"{where} holds a newer state (serial {other.serial}) than what should be copied over it "
                f"(serial {self.serial})\n  fix: copy in the other direction"
            )
        if other.serial == self.serial and json.loads(other.content) != json.loads(self.content):
            raise CommandError(
                f"{where} holds another state of serial {other.serial}: both have been changed since they were one\n"
                "  fix: compare the two, and delete the one that is wrong"
            )
        return other.serial < self.serial


@dataclass(frozen=True)
class Bucket:
    """The states of one environment in S3."""

    s3: S3Client
    name: str
    environment: str

    def need(self) -> None:
        """Refuse to go on without it."""
        if not bucket_exists(self.s3, self.name):
            raise CommandError(f"there is no bucket {self.name}\n  fix: name the bucket of the states with --bucket")

    def key(self, stack: str) -> str:
        return f"{self.environment}/{stack.partition('-')[2]}{SUFFIX}"

    def where(self, stack: str) -> str:
        return f"s3://{self.name}/{self.key(stack)}"

    def read(self, stack: str) -> State | None:
        body = self._get(self.key(stack))
        return State(body) if body else None

    def write(self, stack: str, state: State) -> None:
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
        body = self._get(self._lock(stack))
        return body is not None and json.loads(body).get("Operation") == MOVED

    def _lock(self, stack: str) -> str:
        return f"{self.key(stack)}.tflock"

    def _get(self, key: str) -> bytes | None:
        try:
            return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket", "404"):
                return None
            raise


@dataclass(frozen=True)
class Workspaces:
    """The states of one environment in Terraform Cloud."""

    connection: Connection
    by_name: dict[str, Workspace]

    def where(self, stack: str) -> str:
        return f"workspace {stack}"

    def read(self, stack: str) -> State | None:
        from pytfe.errors import NotFound

        versions = self.connection.client.state_versions
        with self.connection.explained(f"read the state of {stack}"):
            try:
                version = versions.read_current(self.by_name[stack].id)
            except NotFound:
                return None  # an empty workspace
            return State(versions.download(version.id))

    def write(self, stack: str, state: State) -> None:
        from pytfe.models import StateVersionCreateOptions

        options = StateVersionCreateOptions(
            serial=state.serial,
            md5=hashlib.md5(state.content).hexdigest(),  # noqa: S324  what the API compares the upload with
            lineage=state.lineage,
        )
        with self.connection.explained(f"write the state of {stack}"):
            self.connection.client.state_versions.upload(
                self.by_name[stack].id, raw_state=state.content, options=options
            )

    def hold(self, stack: str, words: str) -> None:
        from pytfe.models import WorkspaceLockOptions

        workspace = self.by_name[stack]
        if workspace.locked:
            if str(workspace.locked_reason).startswith(MOVED):
                return
            raise CommandError(f"workspace {stack} is locked ({workspace.locked_reason}); wait until its run has ended")
        with self.connection.explained(f"lock workspace {stack}"):
            self.connection.client.workspaces.lock(workspace.id, WorkspaceLockOptions(reason=f"{MOVED}: {words}"))

    def let_go(self, stack: str) -> None:
        with self.connection.explained(f"release workspace {stack}"):
            self.connection.client.workspaces.unlock(self.by_name[stack].id)


def move(bucket: Bucket, workspaces: Workspaces, direction: Direction, stacks: list[str]) -> Iterator[str]:
    """Copy each stack's state, newest to nothing or to older; both sides are locked meanwhile. Says what it did."""
    source: Bucket | Workspaces = bucket if direction is Direction.TERRAFORM_CLOUD else workspaces
    target: Bucket | Workspaces = workspaces if direction is Direction.TERRAFORM_CLOUD else bucket
    for stack in stacks:
        if source.read(stack) is None:
            yield f"{stack}: nothing in {source.where(stack)}"
            continue
        source.hold(stack, f"its state is now in {target.where(stack)}")
        try:
            serial, copied = _copy(source, target, stack)
        except BaseException:
            source.let_go(stack)
            raise
        yield f"{stack}: serial {serial} {'copied to' if copied else 'is already in'} {target.where(stack)}"


def _copy(source: Bucket | Workspaces, target: Bucket | Workspaces, stack: str) -> tuple[int, bool]:
    """The serial of the state, and whether it had to be copied. Nobody else can change the source any more."""
    target.hold(stack, "its state is being copied")
    try:
        state = source.read(stack)
        if state is None:
            raise CommandError(f"{source.where(stack)} has become empty")
        if not state.follows(target.read(stack), target.where(stack)):
            return state.serial, False
        target.write(stack, state)
        _compare(state, target.read(stack), target.where(stack))
        return state.serial, True
    finally:
        target.let_go(stack)


def _compare(wrote: State, found: State | None, where: str) -> None:
    if found is None or (found.lineage, found.serial) != (wrote.lineage, wrote.serial):
        raise CommandError(f"{where} does not hold what was written there; nothing of the source has been changed")
