"""The log router as FireLens runs it: what the ECS agent writes around groundwork.conf, and Docker's log driver."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.docker.fluent_bit.opensearch_serverless import ACCESS_KEY, REGION, SECRET_KEY
from tests.synthesis import ROOT

ROOTFS = ROOT / "docker/fluent-bit/rootfs/fluent-bit"
CONFIGURATION = ROOTFS / "etc/groundwork.conf"
TASK_ID = "0123456789abcdef0123456789abcdef"
TAG = f"orders-firelens-{TASK_ID}"

# https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelensconfig_unix.go
BY_THE_AGENT = """
[INPUT]
    Name forward
    Mem_Buf_Limit 64MB
    unix_path {folder}/fluent.sock

[INPUT]
    Name forward
    Listen 127.0.0.1
    Port {forward_port}

[INPUT]
    Name tcp
    Listen 127.0.0.1
    Port {health_port}
    Tag firelens-healthcheck

[FILTER]
    Name record_modifier
    Match *
    Record ecs_cluster dev
    Record ecs_task_arn arn:aws:ecs:eu-west-1:000000000000:task/dev/{task_id}
    Record ecs_task_definition dev-orders:7

@INCLUDE {folder}/groundwork.conf

[OUTPUT]
    Name null
    Match firelens-healthcheck
"""


def binary() -> str | None:
    """Where Fluent Bit is on this machine."""
    return os.environ.get("FLUENT_BIT") or shutil.which("fluent-bit")


def why_no_fluent_bit() -> str | None:
    """Why the router's configuration cannot run here, in one line; None if it can."""
    return None if binary() else "name it in the environment variable FLUENT_BIT"


@dataclass
class Router:
    """A running router, that sends to two servers of the test's."""

    folder: Path
    process: subprocess.Popen[bytes]
    http_port: int

    @property
    def said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def send(self, records: Iterable[tuple[float, Mapping[str, Any]]], *, tag: str = TAG) -> None:
        """Each as a message of its own, as Docker's driver does."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.folder / "fluent.sock"))
            for at, record in records:
                connection.sendall(packed([tag, EventTime(at), dict(record)]))

    def ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def kill(self) -> None:
        """As the kernel ends all of a container at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As ECS stops it."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def router(
    folder: Path, *, opensearch: int, cloudwatch: int, environment: Mapping[str, str], changed: Mapping[str, str] = {}
) -> Iterator[Router]:
    """Run the router until the block ends, its outputs without TLS and to those ports."""
    health_port, forward_port, http_port = free_ports(3)
    text = CONFIGURATION.read_text()
    for old, new in {
        "/fluent-bit/groundwork/": f"{ROOTFS}/groundwork/",
        "/fluent-bit/storage": f"{folder}/storage",
        "HTTP_Listen               0.0.0.0": "HTTP_Listen 127.0.0.1",
        "HTTP_Port                 2020": f"HTTP_Port {http_port}",
        "Port                      443": f"Port {opensearch}",
        "tls                       On": "tls Off",
        "log_stream_prefix ": f"endpoint 127.0.0.1\n    port {cloudwatch}\n    tls.verify Off\n    log_stream_prefix ",
        **changed,
    }.items():
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    (folder / "groundwork.conf").write_text(text)
    main = BY_THE_AGENT.format(folder=folder, health_port=health_port, forward_port=forward_port, task_id=TASK_ID)
    (folder / "fluent-bit.conf").write_text(main)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        ["/bin/sh", str(ROOTFS / "groundwork/start.sh"), str(binary()), "-c", str(folder / "fluent-bit.conf")],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={
            "PATH": os.environ["PATH"],
            "AOSS_HOST": "127.0.0.1",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "ENVIRONMENT": "dev",
            "SERVICE": "orders",
            "LOG_GROUP": "/dev/services/orders",
            "MASK": "",
            "PARSER": "auto",
            "JOB": "false",
            "LAST_LINES_SECONDS": "3",
            **environment,
        },
        start_new_session=True,
    )
    running = Router(folder, process, http_port)
    try:
        until(lambda: (folder / "fluent.sock").exists() or process.poll() is not None)
        assert process.poll() is None, running.said
        yield running
    finally:
        if process.poll() is None:
            running.kill()
        log.close()


def until(true: Any, *, seconds: float = 30) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} seconds")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class EventTime(float):
    """Seconds, that travel with nanoseconds."""


def packed(value: Any) -> bytes:
    """MessagePack, as far as a log record needs it. https://github.com/msgpack/msgpack/blob/master/spec.md"""
    if isinstance(value, EventTime):
        return b"\xd7\x00" + struct.pack(">II", int(value), int(value % 1 * 1e9))
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"\xdb" + struct.pack(">I", len(value)) + value
    if isinstance(value, dict):
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(map(packed, (x for kv in value.items() for x in kv)))
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(packed, value))
    raise TypeError(value)
