"""A real registry behind the embedded ECR: Debian's docker-registry, which Docker pushes to and pulls from.

moto keeps ECR's records and has no registry. While this one runs, ECR's tokens are tokens for it, and what is pushed
to it shows in ECR (local_aws/supplement/ecr_registry.py).
"""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_aws.endpoint import HOST, Endpoint

PROGRAM = "docker-registry"  # the Debian package's name, too
START_SECONDS = 20.0
TELL = "/moto-api/groundwork/registry"

# The user and the token of local_aws/supplement/ecr_registry.py, hashed as the registry wants them.
USERS = "AWS:$2b$04$groundworkembeddedaws.BYC8.Pe.tkaX1Fnfb0g.v2SoMTaAufC\n"

CONFIG = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {data}}}, delete: {{enabled: true}}}}
http: {{addr: "{host}:{port}", relativeurls: true}}
auth: {{htpasswd: {{realm: embedded, path: {users}}}}}
"""


@contextmanager
def running_registry(endpoint: Endpoint, directory: Path) -> Iterator[str]:
    """Run it in `directory` for the embedded AWS at `endpoint`, and give its host and port."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise FileNotFoundError(f"{PROGRAM} is missing; on Debian: apt-get install {PROGRAM}")
    directory.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    users, config = directory / "users", directory / "config.yml"
    users.write_text(USERS)
    config.write_text(CONFIG.format(data=directory / "data", host=HOST, port=port, users=users))
    with (directory / "registry.log").open("ab") as log:
        process = subprocess.Popen(
            [program, "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=directory
        )
    try:
        _wait_for(port, process)
        tell(endpoint, f"{HOST}:{port}")
        yield f"{HOST}:{port}"
    finally:
        process.terminate()
        process.wait()


def tell(endpoint: Endpoint, address: str | None) -> None:
    """Say to the embedded AWS where its registry is."""
    connection = http.client.HTTPConnection(HOST, endpoint.port, timeout=30)
    try:
        connection.request("POST", TELL, body=json.dumps({"address": address}))
        connection.getresponse().read()
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{PROGRAM} did not start; see registry.log")
