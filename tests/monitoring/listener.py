"""What Alertmanager sends to: a server on this machine that keeps every request."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

PUBLISHED = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"


@dataclass(frozen=True)
class Request:
    """One request, as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return its body, which is JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return the fields of its body, which is a form, as the API of SNS has it."""
        return {name: value for name, [value] in parse_qs(self.body.decode()).items()}


class Listener:
    """Its `url`, and the requests that came there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.refuses_all = False
        self._requests: queue.Queue[Request] = queue.Queue()

    def keep(self, request: Request) -> None:
        """Add a request."""
        self._requests.put(request)

    def next(self) -> Request:
        """Return the next request, for which it waits."""
        return self._requests.get(timeout=60)

    def none_for(self, seconds: float) -> bool:
        """Return whether no further request comes within that time."""
        try:
            self._requests.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def count_for(self, seconds: float) -> int:
        """Return how many requests come within that time."""
        count, last = 0, time.monotonic() + seconds
        while (left := last - time.monotonic()) > 0:
            try:
                self._requests.get(timeout=left)
            except queue.Empty:
                break
            count += 1
        return count


@contextmanager
def listening(*, refuse: str | None = None) -> Iterator[Listener]:
    """Listen on loopback until the block ends; what has `refuse` in its body is answered with 403 and not kept."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if listener.refuses_all or (refuse and refuse.encode() in body):
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            listener.keep(Request(self.path, dict(self.headers), body))
            self.send_response(202 if self.path.startswith("/v2") else 200)
            answer = b'{"status":"success"}' if self.path.startswith("/v2") else PUBLISHED
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
