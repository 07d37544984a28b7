"""Debian's Alertmanager, run with a rendered configuration whose addresses are this machine's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitoring.yaml_text import yaml_text
from tests.synthesis import ROOT

START = ROOT / "docker/alertmanager/rootfs/etc/alertmanager/start.sh"
WAITS_S = 60
Labels = Mapping[str, str]


ALONE = ("--cluster.listen-address=",)


@contextmanager
def alertmanager(
    config: Mapping[str, Any],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    *,
    address: str | None = None,
    cluster: Sequence[str] = ALONE,
    under: Sequence[str] = (),
    program: str = "/usr/bin/prometheus-alertmanager",
) -> Iterator[str]:
    """Start it as its image does, by start.sh, and yield its address; its id is in the file alertmanager.pid.

    `address` is by default a free one, `cluster` the flags about its peers, `under` a command that it runs below, and
    `program` which Alertmanager.
    """
    (folder / "alertmanager.yml").write_bytes(yaml_text(dict(config), comment="for a test"))
    if address is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
    own = {"ALERTMANAGER": program, "PATH": os.environ["PATH"]}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    flags = [
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        *cluster,
    ]
    log_file = folder / "alertmanager.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            [*under, "/bin/sh", str(START), *flags], env=own | keys | dict(variables or {}), stdout=log, stderr=log
        )
        (folder / "alertmanager.pid").write_text(str(process.pid))
        try:
            _until_ready(address, process, log_file)
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(WAITS_S)


def send(address: str, alerts: Sequence[tuple[Labels, Labels]]) -> None:
    """Send alerts, each its labels and annotations, as Prometheus does."""
    body = [{"labels": dict(labels), "annotations": dict(said)} for labels, said in alerts]
    request = urllib.request.Request(
        f"{address}/api/v2/alerts", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=WAITS_S):
        pass


def inhibited(address: str) -> set[tuple[str, str]]:
    """Return the name and severity of every alert that Alertmanager keeps back."""
    with urllib.request.urlopen(f"{address}/api/v2/alerts?inhibited=true", timeout=WAITS_S) as answer:
        alerts = json.load(answer)
    return {
        (alert["labels"]["alertname"], alert["labels"]["severity"])
        for alert in alerts
        if alert["status"]["inhibitedBy"]
    }


def _until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + WAITS_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://{address}/-/ready", timeout=WAITS_S):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())
