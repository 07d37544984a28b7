"""A plugin for Grafana, as its catalogue would serve it: a zip for each processor, on this machine alone."""

from __future__ import annotations

import functools
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from monitoring.grafana import OPENSEARCH

ARCHITECTURES = ("amd64", "arm64")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served_plugin(folder: Path) -> Iterator[str]:
    """Serve it as long as the context lasts, and give the part of docker/bases.yaml that names it."""
    folder.mkdir(parents=True)
    sums = {architecture: sha256(_zip(folder, architecture)).hexdigest() for architecture in ARCHITECTURES}
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/opensearch-{{arch}}.zip"
        lines = [f"    {architecture}: {digest}\n" for architecture, digest in sums.items()]
        yield f"grafana-opensearch:\n  url: {url}\n  sha256:\n{''.join(lines)}"
    finally:
        server.shutdown()
        server.server_close()


def _zip(folder: Path, architecture: str) -> bytes:
    """With a program that says for which processor it is, and that no mode in the archive makes executable."""
    path = folder / f"opensearch-{architecture}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{OPENSEARCH}/plugin.json", f'{{"id": "{OPENSEARCH}"}}')
        archive.writestr(f"{OPENSEARCH}/gpx_opensearch_linux_{architecture}", f"#!/bin/sh\necho {architecture}\n")
    return path.read_bytes()
