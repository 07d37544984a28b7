"""Debian's exporters, each run with what its image has; and a public site by TLS, for one of them to ask."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from config.models.environment.edge import NO_SERVICE
from monitoring.blackbox_exporter import CONFIG, render
from tests.monitoring.test_alerts import PROD
from tests.postgres_server import HOST, PASSWORD, PATIENCE_S, USER, Server, free_port
from tests.synthesis import ROOT

QUERIES = ROOT / "docker/postgres-exporter/rootfs/etc/postgres-exporter/queries.yml"
SAMPLE = re.compile(r"^(\w+)(?:{(.*)})? (\S+)$", re.MULTILINE)
PAGES = {
    "/": (200, "hello"),
    "/login": (302, ""),
    "/refused": (403, "forbidden"),
    "/nothing": (404, "no such page"),
    "/broken": (500, "oops"),
    "/busy": (503, ""),
    "/no-rule": (404, NO_SERVICE),
}


@contextmanager
def site(folder: Path, *, host: str = "localhost", address: tuple[str, int] = (HOST, 0)) -> Iterator[str]:
    """Serve those pages by TLS, with a certificate of the folder for the host, and yield their address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = PAGES[self.path]
            self.send_response(status)
            self.send_header("Location", "https://login.example.invalid/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=test"]
    files = ["-addext", f"subjectAltName=DNS:{host}", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run([*openssl, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = ThreadingHTTPServer(address, Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def blackbox_exporter(
    folder: Path, *, trusts: Path, address: str | None = None, under: Sequence[str] = ()
) -> Iterator[str]:
    """Run the blackbox exporter with the configuration of its image, `under` a command, and yield its address."""
    (folder / "blackbox.yml").write_bytes(render(PROD)[CONFIG])
    address = address or f"{HOST}:{free_port()}"
    flags = [f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address={address}"]
    with _running(
        [*under, "/usr/bin/prometheus-blackbox-exporter", *flags],
        folder / "blackbox.log",
        {"SSL_CERT_FILE": str(trusts)},
        lambda: answers(f"http://{address}/-/healthy"),
    ):
        yield address


@contextmanager
def postgres_exporter(
    server: Server, folder: Path, *, password: str = PASSWORD, address: str | None = None
) -> Iterator[str]:
    """Run the PostgreSQL exporter with the image's queries and the task's variables, and yield its address."""
    address = address or f"{HOST}:{free_port()}"
    # Which collectors there are depends on the version: the image's flags switch off those of its own.
    flags = [f"--extend.query-path={QUERIES}", "--disable-default-metrics", "--disable-settings-metrics"]
    flags += ["--no-collector.database", "--no-collector.bgwriter", f"--web.listen-address={address}"]
    source = {"DATA_SOURCE_USER": USER, "DATA_SOURCE_PASS": password}
    source["DATA_SOURCE_URI"] = f"{HOST}:{server.port}/{USER}?sslmode=require"
    with _running(
        ["/usr/bin/prometheus-postgres-exporter", *flags],
        folder / "exporter.log",
        source,
        lambda: answers(f"http://{address}/"),
    ):
        yield address


@contextmanager
def _running(
    command: Sequence[str], log_file: Path, variables: Mapping[str, str], ready: Callable[[], bool]
) -> Iterator[None]:
    with log_file.open("w") as log:
        process = subprocess.Popen(command, env={"PATH": os.environ["PATH"], **variables}, stdout=log, stderr=log)
        try:
            until = time.monotonic() + PATIENCE_S
            while not ready():
                assert process.poll() is None, log_file.read_text()
                assert time.monotonic() < until, log_file.read_text()
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def answers(url: str) -> bool:
    """Return whether there is an answer, and a good one."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def samples(url: str) -> dict[tuple[str, str], float]:
    """Return every value that an exporter serves, by its metric, and by its labels as they are written."""
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    return {(name, labels): float(value) for name, labels, value in SAMPLE.findall(text)}
