"""One deploy at a time in one checkout: they would overwrite each other's cdktf.out."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cli.errors import CommandError

LOCK_FILE = Path("build/groundwork.lock")
POLL_SECONDS = 0.5


@contextmanager
def only_one(root: Path, *, timeout_seconds: float, say: Callable[[str], None]) -> Iterator[int]:
    """Wait for the others, then hold the lock. Yields its file descriptor.

    A child that inherits the descriptor keeps the lock until it ends: where this process is killed and cdktf
    goes on alone, the next deploy waits for it.
    """
    path = root / LOCK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as handle:
        deadline, told = time.monotonic() + timeout_seconds, False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = describe(path.read_text())
                if time.monotonic() > deadline:
                    raise CommandError(f"{holder}; gave up waiting") from None
                if not told:
                    say(f"{holder}; waiting for it to end")
                    told = True
                time.sleep(POLL_SECONDS)
        handle.truncate(0)
        handle.write(json.dumps({"pid": os.getpid(), "command": _command(), "since": _now()}))
        handle.flush()
        yield handle.fileno()
        handle.truncate(0)


def describe(content: str) -> str:
    """Describe who holds the lock, from what they wrote into it."""
    try:
        holder = json.loads(content)
        return f"`{holder['command']}` (pid {holder['pid']}) works in this checkout since {holder['since']}"
    except (ValueError, KeyError):
        return "another command works in this checkout"


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _now() -> str:
    return f"{datetime.now(UTC):%H:%M:%S} UTC"
