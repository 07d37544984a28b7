"""Starts, finds, resets and stops the embedded AWS of this checkout: `python -m local_aws --help`."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from config.errors import GroundworkError
from local_aws.endpoint import Endpoint
from local_aws.server import ALREADY_RUNNING

STATE = Path(__file__).resolve().parent.parent / ".local-aws"
START_SECONDS = 60.0
STOP_SECONDS = 5.0

_children: dict[int, subprocess.Popen[bytes]] = {}  # those this very process started, which it has to reap


class LocalAwsError(GroundworkError):
    """The embedded AWS did not do what was asked; the message says what to look at."""


def start(port: int = 0, *, directory: Path = STATE) -> Endpoint:
    """Start it on `port` (0: a free one) and wait until it answers. One that runs already is returned."""
    running = status(directory=directory)
    if running is None:
        running = _launch(port, directory)
    if port not in (0, running.port):
        raise LocalAwsError(f"the embedded AWS already runs on port {running.port}: stop it to move it to {port}")
    return running


def status(*, directory: Path = STATE) -> Endpoint | None:
    """Return the embedded AWS that runs from `directory`, if one does."""
    server_file = _server_file(directory)
    if not _locked(server_file):
        return None
    try:
        found = json.loads(server_file.read_text())
        return Endpoint(port=found["port"], pid=found["pid"])
    except (ValueError, KeyError):
        return None  # still starting: it writes these once it listens


def stop(*, directory: Path = STATE) -> Endpoint | None:
    """End it and wait until it is gone. Returns what was running; its log stays."""
    server_file = _server_file(directory)
    if _locked(server_file):  # perhaps by one that still starts
        _wait(lambda: status(directory=directory) is not None or not _locked(server_file), START_SECONDS)
    running = status(directory=directory)
    if running is not None:
        os.kill(running.pid, signal.SIGTERM)
        if not _wait(lambda: not _locked(server_file), STOP_SECONDS):
            os.kill(running.pid, signal.SIGKILL)
            _wait(lambda: not _locked(server_file), STOP_SECONDS)
        if child := _children.pop(running.pid, None):
            child.wait()
    return running


def reset(*, directory: Path = STATE) -> Endpoint:
    """Empty it: every resource, and every state file in its buckets, is gone."""
    running = status(directory=directory)
    if running is None:
        raise LocalAwsError("the embedded AWS is not running, so there is nothing to reset")
    if running.request("POST", "/moto-api/reset")[0] != HTTPStatus.OK:
        raise LocalAwsError(f"the embedded AWS refused to reset itself{_last_lines(directory)}")
    return running


def _launch(port: int, directory: Path) -> Endpoint:
    directory.mkdir(parents=True, exist_ok=True)
    with _log_file(directory).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_aws.server", str(_server_file(directory).resolve()), str(port)],
            cwd=STATE.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the middle of an apply must not take the cloud away
        )

    def settled() -> bool:
        running = status(directory=directory)
        died = process.poll() not in (None, ALREADY_RUNNING)
        return died or (running is not None and _answers(running))

    _wait(settled, START_SECONDS)
    running = status(directory=directory)
    if running is None or not _answers(running):
        process.kill()
        process.wait()
        raise LocalAwsError(f"the embedded AWS did not start{_last_lines(directory)}")
    if running.pid == process.pid:
        _children[process.pid] = process
    else:
        process.wait()  # another start was faster
    return running


def _answers(running: Endpoint) -> bool:
    try:
        return running.request("GET", "/moto-api/groundwork/health")[0] == HTTPStatus.OK
    except OSError:
        return False


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _locked(server_file: Path) -> bool:
    try:
        with server_file.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def _server_file(directory: Path) -> Path:
    return directory / "server.json"


def _log_file(directory: Path) -> Path:
    return directory / "moto.log"


def _last_lines(directory: Path, count: int = 15) -> str:
    log = _log_file(directory)
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join([f"; the end of {log}:", *(f"  {line}" for line in lines)])
