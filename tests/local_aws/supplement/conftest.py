"""Two servers for all tests of the supplement: the embedded AWS, and moto as it is shipped."""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from local_aws import launcher
from local_aws.endpoint import HOST, REGION

STOCK_MOTO = """
import signal
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
signal.pause()
"""


class Aws:
    """One server's clients, which give up at the first error: `aws("ecs").list_clusters()`.

    `name` is another one for each test: emptying the server in between would take seconds.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.name = ""
        self._session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,  # type: ignore[call-overload]  # any service; the stubs know only some
                endpoint_url=f"http://{HOST}:{self.port}",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def get(self, path: str, service: str) -> Any:
        """A GET as no boto3 client would send it."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        scope = f"test/20260101/{REGION}/{service}/aws4_request"
        try:
            connection.request("GET", path, headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


Promise = Callable[[Aws], None]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Aws, Aws]]:
    directory: Path = tmp_path_factory.mktemp("local-aws")
    stock = subprocess.Popen(
        [sys.executable, "-c", STOCK_MOTO],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert stock.stdout
        yield Aws(launcher.start(directory=directory).port), Aws(int(stock.stdout.readline()))
    finally:
        launcher.stop(directory=directory)
        stock.kill()
        stock.communicate()


@pytest.fixture
def aws(servers: tuple[Aws, Aws]) -> Aws:
    """The embedded AWS."""
    for server in servers:
        server.name = f"test-{next(_numbers)}"
    return servers[0]


@pytest.fixture
def supplement_keeps(aws: Aws, servers: tuple[Aws, Aws]) -> Callable[[Promise], None]:
    """Check that the embedded AWS keeps a promise and that stock moto breaks it.

    Once moto keeps it too this fails: the patch, and its test, have then done their service.
    """
    _, stock = servers

    def check(promise: Promise) -> None:
        promise(aws)
        try:
            promise(stock)
        except (AssertionError, BotoCoreError, ClientError, KeyError, ResponseParserError):
            return
        pytest.fail("moto keeps this promise by itself now: drop the patch")

    return check
