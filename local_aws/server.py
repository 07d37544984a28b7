"""The embedded AWS' own process: moto with the supplement, bound to 127.0.0.1."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

from local_aws.calls import RECORD, recorded
from local_aws.endpoint import HOST
from local_aws.turn import TURN

ALREADY_RUNNING = 3
REMEMBERED_CALLS = 500
ENDS_WITH = "LOCAL_AWS_ENDS_WITH"
"""Whose end ends this server too, by pid: tests that are killed leave none behind. A demo's outlives its command."""

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def serve(server_file: Path, port: int) -> int:
    """Serve until killed. `server_file` is locked as long as this process lives, and names its pid and port.

    The lock, not the pid, says whether a server runs: the kernel drops it however the process ends, and
    no other process that later gets the same pid can be taken for this one.
    """
    handle = server_file.open("a+")
    if not _lock(handle):
        return ALREADY_RUNNING
    handle.truncate(0)

    # Read when moto is imported. Without it AmazonECSTaskExecutionRolePolicy and its like are not found.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    # A bucket of another account is closed, as on AWS; moto would open it.
    os.environ["MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS"] = "false"
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    from local_aws import supplement

    supplement.apply()
    application: Application = one_at_a_time(once_for_each_call(DomainDispatcherApplication(create_backend_app)))
    if file := os.environ.get(RECORD):
        application = recorded(application, Path(file))
    server = make_server(
        HOST,
        port,
        application,
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    os.environ["MOTO_PORT"] = str(server.port)  # where moto finds itself
    handle.write(json.dumps({"pid": os.getpid(), "port": server.port}))
    handle.flush()
    if owner := os.environ.get(ENDS_WITH):
        threading.Thread(target=_end_with, args=(int(owner),), daemon=True).start()
    server.serve_forever()
    return 0


def _end_with(pid: int) -> None:
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)


def one_at_a_time(application: Application) -> Application:
    """Let one request in at a time: moto changes its state without locks, and several Terraforms ask at once.

    Seen once, in a deploy of three stacks side by side: it did not know a firewall rule that it had just made.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with TURN:
            return list(application(environ, start_response))

    return answer


def once_for_each_call(application: Application) -> Application:
    """Answer a repeated call, made because the first answer got lost, with that first answer.

    AWS' clients give each call an id, the same for all its attempts. Without this a database that has just been made
    "already exists": seen on a busy machine. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    answers: OrderedDict[str, tuple[str, list[tuple[str, str]], list[bytes]]] = OrderedDict()

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        call: str = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if call in answers:
            status, headers, body = answers[call]
            start_response(status, headers)
            return body
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started.append((status, headers))
            return start_response(status, headers, *rest)

        body = list(application(environ, start))
        if call and started and started[-1][0].startswith("2"):
            answers[call] = (*started[-1], body)
            if len(answers) > REMEMBERED_CALLS:
                answers.popitem(last=False)
        return body

    return answer


def _lock(handle: TextIO) -> bool:
    for _ in range(20):  # whoever asks whether a server runs holds the lock for a moment
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.05)
    return False


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), int(sys.argv[2])))
