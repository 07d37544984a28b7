"""The process that answers: one task of an internal service, for `benchmarks/dropped_calls.py`.

    python -m benchmarks.callee ADDRESS PORT [--starts-in SECONDS] [--graceful]

Plain, it dies of SIGTERM like any program without a handler. Graceful, it does what frameworks do: it closes its
listener, answers what it has begun, and ends.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK_S, STOP_S = 0.02, 1.0


class Server(ThreadingHTTPServer):
    """A server that knows whether it is about to end, and says nothing of callers that hang up."""

    daemon_threads = True
    stopping = False

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


class Answer(BaseHTTPRequestHandler):
    """Answers after a moment of work, on connections that are kept."""

    protocol_version = "HTTP/1.1"

    server: Server

    def do_GET(self) -> None:
        """Answer 200."""
        time.sleep(WORK_S)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        if self.server.stopping:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--starts-in", type=float, default=0.0)
    parser.add_argument("--graceful", action="store_true")
    asked = parser.parse_args()
    time.sleep(asked.starts_in)
    server = Server((asked.address, asked.port), Answer)

    def stop(*_: object) -> None:
        server.stopping = True
        threading.Thread(target=server.shutdown).start()

    if asked.graceful:
        signal.signal(signal.SIGTERM, stop)
    server.serve_forever(poll_interval=0.01)
    server.server_close()
    time.sleep(STOP_S)  # what it has begun, and whoever still has a connection


if __name__ == "__main__":
    main()
