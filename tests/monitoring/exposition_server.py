"""A small HTTP server on loopback that answers Prometheus as an exporter or a service does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# https://prometheus.io/docs/instrumenting/content_negotiation/
TEXT = "text/plain; version=0.0.4"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Answer = Callable[[], str]


@contextmanager
def serving(answer: Answer, *, address: str = "127.0.0.1", port: int = 0, content_type: str = TEXT) -> Iterator[str]:
    """Answer whoever asks for that form, and yield the address with the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            form, asked = content_type.partition(";")[0], self.headers.get("Accept", "*/*")
            body = answer().encode() if form in asked or "*/*" in asked else b""
            self.send_response(200 if body else 406)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked was killed
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{address}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
