"""Terraform's lock on a stack's state: who holds it, whether they still run, and how to release it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from cli.errors import CommandError
from cli.root import relative_path
from cli.state.s3_object import read_object
from cli.terraform.synthesized import SynthesizedStack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MOVED = "moved"
"""The operation in a lock that `groundwork state migrate` leaves on what it has carried elsewhere."""

OPERATIONS = {
    MOVED: "its state has been moved by groundwork state migrate",
    "OperationTypeApply": "terraform apply",
    "OperationTypePlan": "terraform plan",
    "OperationTypeDestroy": "terraform destroy",
}


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock, as its holder wrote it."""

    stack: SynthesizedStack
    id: str
    who: str
    operation: str
    created: datetime | None
    """None where the keeper of the lock does not say."""

    @property
    def host(self) -> str:
        """The machine of the holder, "" where the lock does not say."""
        return self.who.rpartition("@")[2] if "@" in self.who else ""

    @property
    def is_moved(self) -> bool:
        """Return whether the state is somewhere else now: nobody works on it here, and nobody may."""
        return self.operation.startswith((MOVED, OPERATIONS[MOVED]))

    def age(self, now: datetime) -> str:
        """Return how long the lock has been held, in words."""
        seconds = int((now - (self.created or now)).total_seconds())
        for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
            if count := seconds // length:
                return f"{count} {unit}{'s' if count > 1 else ''} ago"
        return f"{seconds} seconds ago"

    def since(self, now: datetime) -> str:
        """Return when the lock was taken, in words."""
        if self.created is None:
            return "an unknown time"
        return f"{self.created:%Y-%m-%d %H:%M:%S} UTC ({self.age(now)})"


def parse_lock(stack: SynthesizedStack, content: dict[str, Any]) -> Lock:
    """Read a lock from the JSON that Terraform wrote."""
    return Lock(
        stack=stack,
        id=content["ID"],
        who=content["Who"],
        operation=OPERATIONS.get(content["Operation"], content["Operation"]),
        created=datetime.fromisoformat(content["Created"]).astimezone(UTC),
    )


def read_lock(s3: S3Client, stack: SynthesizedStack) -> Lock | None:
    """Return the stack's lock, if someone holds it."""
    state = stack.state
    body = read_object(s3, state.bucket, state.lock_key)
    return None if body is None else parse_lock(stack, json.loads(body))


@dataclass(frozen=True, kw_only=True)
class RunningTerraform:
    """A Terraform that runs on this machine, in the directory of a stack."""

    stack: SynthesizedStack
    endpoint: str | None
    """Where it finds AWS: "" of an account; None where this user may not see it."""

    def works_on(self, stack: SynthesizedStack) -> bool:
        """Return whether it works on this stack's state, from this checkout or another."""
        if self.endpoint not in (None, _endpoint(os.environ)):
            return False
        try:
            return self.stack.state_address == stack.state_address
        except (OSError, ValueError, LookupError):  # synthesized anew in the meantime
            return self.stack.id == stack.id


def running_terraforms() -> list[RunningTerraform]:
    """Return each Terraform that runs on this machine, as far as this user may see it."""
    running = psutil.process_iter(["name", "status", "cwd", "environ"])
    return [
        RunningTerraform(
            stack=SynthesizedStack(id=Path(directory).name, dependencies=(), directory=Path(directory)),
            endpoint=None if (environ := process.info["environ"]) is None else _endpoint(environ),
        )
        for process in running
        if process.info["name"] == "terraform"
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and (directory := process.info["cwd"])  # None: of another user, or gone in the meantime
    ]


def _is_worked_on(stack: SynthesizedStack, running: Sequence[RunningTerraform]) -> bool:
    return any(each.works_on(stack) for each in running)


def _endpoint(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_ENDPOINT_URL", "")


def holder_is_gone(lock: Lock, *, host: str, running: Sequence[RunningTerraform]) -> bool:
    """Return whether it was made on this very machine by a Terraform that no longer runs: nobody will release it.

    `running` is what runs on this machine. Of another machine nothing can be known.
    """
    return lock.host == host and not lock.is_moved and not _is_worked_on(lock.stack, running)


def abandoned(locks: Sequence[Lock]) -> list[Lock]:
    """Those of the locks whose holder is known to be gone."""
    running = running_terraforms() if locks else []
    return [lock for lock in locks if holder_is_gone(lock, host=socket.gethostname(), running=running)]


def describe_held(lock: Lock, now: datetime) -> str:
    """Describe a lock that somebody may still need."""
    return f"{lock.stack.id} is locked by {lock.who} ({lock.operation}) since {lock.since(now)}, lock {lock.id}"


def describe_abandoned(lock: Lock, now: datetime, command: Callable[[str], str]) -> str:
    """`command` completes a groundwork command to what has to be typed here."""
    environment = lock.stack.id.partition("-")[0]
    return (
        f"{lock.stack.id} is still locked by a run that was killed before it could release its lock.\n"
        f"  by       {lock.who} ({lock.operation})\n"
        f"  since    {lock.since(now)}\n"
        f"  lock     {lock.id}\n"
        f"  release  {command(f'unlock {environment} {lock.stack.name} --id {lock.id}')}\n"
        f"  or       terraform -chdir={relative_path(lock.stack.directory)} force-unlock {lock.id}"
    )


def check_release(lock: Lock | None, stack: SynthesizedStack, lock_id: str) -> Lock:
    """Return the stack's lock, if it is the named one and nobody here works under it."""
    if lock is None:
        raise CommandError(f"{stack.id} is not locked")
    if lock.id != lock_id:
        raise CommandError(f"{describe_held(lock, datetime.now(UTC))}: that is another lock than {lock_id}")
    if lock.host in ("", socket.gethostname()) and _is_worked_on(stack, running_terraforms()):
        raise CommandError(f"a Terraform that works on {stack.id} still runs on this machine; stop it first")
    return lock
