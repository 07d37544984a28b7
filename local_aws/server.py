"""The embedded AWS' own process: moto with the supplement, bound to 127.0.0.1."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

from local_aws.endpoint import HOST

ALREADY_RUNNING = 3

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
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    from local_aws import supplement

    supplement.apply()
    server = make_server(
        HOST,
        port,
        one_at_a_time(DomainDispatcherApplication(create_backend_app)),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    os.environ["MOTO_PORT"] = str(server.port)  # where moto finds itself
    handle.write(json.dumps({"pid": os.getpid(), "port": server.port}))
    handle.flush()
    server.serve_forever()
    return 0


def one_at_a_time(application: Application) -> Application:
    """moto changes its state without locks, and several Terraforms ask at once.

    Seen once, in a deploy of three stacks side by side: it did not know a firewall rule that it had just made.
    """
    turn = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with turn:
            return list(application(environ, start_response))

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
