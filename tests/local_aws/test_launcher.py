"""The launcher's promises, each on a server of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from local_aws.launcher import LocalAwsError
from tests.synthesis import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "local-aws"
    launcher.stop(directory=tmp_path / "local-aws")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _s3(endpoint: Endpoint) -> S3Client:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-1")
    return session.client("s3", endpoint_url=endpoint.url)


def _buckets(endpoint: Endpoint) -> list[str]:
    return [bucket["Name"] for bucket in _s3(endpoint).list_buckets()["Buckets"]]


def test_it_starts_once_answers_and_stops_without_a_trace(directory: Path) -> None:
    endpoint = launcher.start(directory=directory)
    assert launcher.start(directory=directory) == endpoint == launcher.status(directory=directory)
    assert _buckets(endpoint) == []
    assert launcher.stop(directory=directory) == endpoint
    assert launcher.status(directory=directory) is None
    assert not _alive(endpoint.pid)
    assert launcher.stop(directory=directory) is None


def test_reset_empties_it_and_keeps_it_running(directory: Path) -> None:
    endpoint = launcher.start(directory=directory)
    _s3(endpoint).create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert _buckets(endpoint) == ["mine"]
    assert launcher.reset(directory=directory) == endpoint
    assert _buckets(endpoint) == []


def test_two_checkouts_have_one_each(directory: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        first, second = launcher.start(directory=directory), launcher.start(directory=other)
        assert first.port != second.port
        launcher.stop(directory=directory)
        assert launcher.status(directory=other) == second
    finally:
        launcher.stop(directory=other)


def test_two_starts_at_once_share_one_server(directory: Path) -> None:
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(lambda _: launcher.start(directory=directory), range(2))
    assert first == second


def test_it_answers_on_this_machine_alone(directory: Path) -> None:
    endpoint = launcher.start(directory=directory)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", endpoint.port), timeout=5)


def test_a_killed_server_is_not_mistaken_for_a_running_one(directory: Path) -> None:
    killed = launcher.start(directory=directory)
    os.kill(killed.pid, signal.SIGKILL)
    launcher._children.pop(killed.pid).wait()
    assert launcher.status(directory=directory) is None
    assert _buckets(launcher.start(directory=directory)) == []


def test_tests_that_are_killed_leave_no_server_behind(directory: Path) -> None:
    program = f"""
        import os, signal
        from pathlib import Path
        from local_aws import launcher, server
        os.environ[server.ENDS_WITH] = str(os.getpid())
        launcher.start(directory=Path({str(directory)!r}))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", dedent(program)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while running := launcher.status(directory=directory):
        assert time.monotonic() < deadline, f"{running} runs on"
        time.sleep(0.1)


def test_a_stale_file_that_names_somebody_elses_process_does_no_harm(directory: Path) -> None:
    directory.mkdir()
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (directory / "server.json").write_text(json.dumps({"pid": bystander.pid, "port": 1}))
        assert launcher.status(directory=directory) is None
        assert launcher.stop(directory=directory) is None
        assert bystander.poll() is None
    finally:
        bystander.communicate(b"\n")


def test_a_taken_port_is_told_with_the_end_of_the_log(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LocalAwsError) as error:
        launcher.start(taken.getsockname()[1], directory=directory)
    assert str(error.value).startswith("the embedded AWS did not start; the end of")
    assert "Address already in use" in str(error.value)
    assert launcher.status(directory=directory) is None


def test_a_running_server_is_not_moved_to_another_port(directory: Path) -> None:
    endpoint = launcher.start(directory=directory)
    with pytest.raises(LocalAwsError, match=f"already runs on port {endpoint.port}"):
        launcher.start(endpoint.port + 1, directory=directory)


def test_reset_of_nothing_says_so(directory: Path) -> None:
    with pytest.raises(LocalAwsError, match="not running"):
        launcher.reset(directory=directory)


def test_its_environment_leaves_no_way_to_a_real_account() -> None:
    outer = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "NO_PROXY": "intranet",
        "HOME": "/home/someone",
    }
    environment = Endpoint(port=5000, pid=1).environment(outer)
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert environment["AWS_ACCESS_KEY_ID"] == environment["AWS_SECRET_ACCESS_KEY"] == "test"
    assert environment["NO_PROXY"] == "intranet,127.0.0.1"
    assert environment["HOME"] == "/home/someone"
    assert not environment.keys() & (outer.keys() - {"NO_PROXY", "HOME"})


def test_the_command_line_starts_reports_resets_and_stops(directory: Path) -> None:
    def run(command: str) -> tuple[int, str]:
        arguments = [sys.executable, "-m", "local_aws", command, "--directory", str(directory)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).split(":")[0].strip()

    results = [run(command) for command in ("status", "start", "start", "status", "reset", "stop", "reset")]
    assert results == [
        (3, "not running"),
        (0, "started"),
        (0, "already running"),
        (0, "running"),
        (0, "emptied"),
        (0, "stopped"),
        (1, "the embedded AWS is not running, so there is nothing to reset"),
    ]
