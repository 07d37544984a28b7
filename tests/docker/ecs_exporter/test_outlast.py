"""outlast.sh ends some seconds after a signal to stop, and else when its command ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.synthesis import ROOT

OUTLAST = ROOT / "docker/ecs-exporter/rootfs/groundwork/outlast.sh"
PROGRAM = 'echo $$ > "$0"; echo ready; exec sleep 600'


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_its_command_goes_on_until_the_delay_is_over(sent: signal.Signals, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with subprocess.Popen(
        ["/bin/sh", OUTLAST, "/bin/sh", "-c", PROGRAM, pid],
        stdout=subprocess.PIPE,
        env={"DEREGISTRATION_DELAY_SECONDS": "1", "PATH": "/usr/bin:/bin"},
        start_new_session=True,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
        began = time.monotonic()
        started.send_signal(sent)
        assert started.wait(60) == 0
        assert time.monotonic() - began >= 1
        assert Path("/proc", pid.read_text().strip()).exists(), "its task is measured to the end"
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_without_a_delay_it_ends_at_once() -> None:
    with subprocess.Popen(
        ["/bin/sh", OUTLAST, "/bin/sh", "-c", "echo ready; exec sleep 600"],
        stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin"},
        start_new_session=True,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
        started.terminate()
        assert started.wait(60) == 0
        os.killpg(started.pid, signal.SIGKILL)


@pytest.mark.parametrize("code", [0, 3])
def test_a_command_that_ends_by_itself_ends_the_container_with_its_code(code: int) -> None:
    assert subprocess.run(["/bin/sh", OUTLAST, "/bin/sh", "-c", f"exit {code}"], check=False).returncode == code
