"""A stand-in for CloudWatch Logs on 127.0.0.1, that keeps what is put into a log group's streams."""

from __future__ import annotations

import datetime
import gzip
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class LogGroup:
    """The messages, by stream; and which actions were asked for."""

    name: str
    port: int = 0
    away: bool = False
    streams: dict[str, list[str]] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)

    def answer(self, action: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.actions.add(action)
        if self.away:
            return 503, {"__type": "ServiceUnavailableException"}
        if asked.get("logGroupName") != self.name:
            return 400, {"__type": "ResourceNotFoundException", "message": "The specified log group does not exist."}
        stream = asked["logStreamName"]
        if action == "CreateLogStream":
            self.streams[stream] = []
        elif stream not in self.streams:
            return 400, {"__type": "ResourceNotFoundException", "message": "The specified log stream does not exist."}
        else:
            self.streams[stream] += [event["message"] for event in asked["logEvents"]]
        return 200, {}


@contextmanager
def log_group(name: str, folder: Path) -> Iterator[LogGroup]:
    """Serve a log group until the block ends."""
    group = LogGroup(name)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # Fluent Bit keeps its connections

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, content = group.answer(self.headers["X-Amz-Target"].partition(".")[2], json.loads(body))
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("x-amzn-RequestId", "1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """A test says what it has to say by itself."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # a router sends many chunks at once

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    group.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield group
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> Path:
    """A certificate that vouches for itself, with its key: Fluent Bit sends to CloudWatch by TLS or not at all."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "cloudwatch.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
