"""A Terraform Cloud of one organization on this machine: the part of its API that Terraform and `groundwork` use.

Written from https://developer.hashicorp.com/terraform/cloud-docs/api-docs. It keeps state and locks, and runs nothing.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.terraform_cloud.api import Answer, Api, ApiError

TOKEN = "a-token-of-a-test"


@dataclass
class Fault:
    """What is answered instead, to requests that match, a number of times."""

    request: str
    status: int
    headers: Mapping[str, str]
    title: str
    detail: str
    times: int


@dataclass
class TerraformCloudServer:
    """The running server, what it has been asked, and what it shall do wrong."""

    port: int
    certificate: Path
    api: Api
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def hostname(self) -> str:
        return f"localhost:{self.port}"

    @property
    def changes(self) -> list[str]:
        """The requests that were more than a question."""
        return [line for line in self.asked if not line.startswith("GET ")]

    def fail(
        self,
        request: str,
        status: int,
        *,
        title: str = "",
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        times: int = 1_000_000,
    ) -> None:
        """Answer requests that match a pattern such as `POST .*/workspaces` with an error."""
        self.faults.append(Fault(request, status, headers or {}, title, detail, times))

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        url = urlsplit(target)
        self.asked.append(f"{method} {url.path}")
        for fault in self.faults:
            if fault.times and re.fullmatch(fault.request, f"{method} {url.path}"):
                fault.times -= 1
                return Answer(fault.status, ApiError(fault.status, fault.title, fault.detail).body, fault.headers)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if (
            url.path.startswith("/api/")
            and {name.lower(): value for name, value in headers.items()}.get("authorization") != f"Bearer {TOKEN}"
        ):
            return Answer(401, ApiError(401, "unauthorized").body)
        try:
            return self.api.answer(method, url.path, query, body)
        except ApiError as failure:
            return Answer(failure.status, failure.body)
        except Exception as error:  # a fault of this server: at once, for Terraform tries a lost answer for minutes
            return Answer(400, ApiError(400, f"{type(error).__name__} in the test's own server: {error}").body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_of: ClassVar[Callable[[], TerraformCloudServer]]

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = type(self).server_of().answer(self.command, self.path, dict(self.headers), body)
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        content = b"" if answer.body is None else content
        self.send_response(answer.status)
        kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/vnd.api+json"
        if urlsplit(self.path).path.startswith("/.well-known"):
            kind = "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the test has the list of what was asked."""


@contextmanager
def terraform_cloud(certificate: Path, key: Path, *, organization: str = "acme-corp") -> Iterator[TerraformCloudServer]:
    """Serve one empty organization until the end of the block."""
    handler = type("Handler", (_Handler,), {})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    port = http.server_address[1]
    server = TerraformCloudServer(port, certificate, Api(f"https://localhost:{port}", organization))
    handler.server_of = staticmethod(lambda: server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
