"""start.sh passes a signal to stop on late, and everything else as it is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docker.fluent_bit.firelens import ROOTFS

START = ROOTFS / "groundwork/start.sh"
PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
for _ in range(100):
    time.sleep(0.1)
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_stop_arrives_late_and_the_exit_code_is_the_programs(sent: signal.Signals) -> None:
    with subprocess.Popen(
        ["/bin/sh", START, sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        env={"LAST_LINES_SECONDS": "1", "PATH": "/usr/bin:/bin"},
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
        began = time.monotonic()
        started.send_signal(sent)
        assert started.wait(60) == 7
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize("at", range(20))
def test_a_signal_to_stop_at_any_moment_of_the_start_leaves_nothing_running(at: int, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    program = f'echo $$ > "{pid}"; exec sleep 600'
    with subprocess.Popen(
        ["/bin/sh", START, "/bin/sh", "-c", program], env={"LAST_LINES_SECONDS": "0.2", "PATH": "/usr/bin:/bin"}
    ) as started:
        time.sleep(at / 2000)
        started.send_signal(signal.SIGTERM)
        started.wait(60)
    if pid.exists() and (number := pid.read_text().strip()):
        assert not Path(f"/proc/{number}").exists()


@pytest.mark.parametrize("code", [0, 3])
def test_a_program_that_ends_by_itself_ends_the_container_with_its_code(code: int, tmp_path: Path) -> None:
    done = subprocess.run(["/bin/sh", START, "/bin/sh", "-c", f"exit {code}"], cwd=tmp_path, check=False, timeout=20)
    assert done.returncode == code


def test_a_program_that_is_killed_is_told_by_the_code() -> None:
    done = subprocess.run(["/bin/sh", START, "/bin/sh", "-c", "kill -9 $$"], check=False, timeout=20)
    assert done.returncode == 128 + signal.SIGKILL
