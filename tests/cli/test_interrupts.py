from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.terraform.interrupts import SIGNALS, GracefulStop, Received, noted_signals, processes, read_ps, read_stat

# One write for one line, or the two programs' lines run into each other: print may make two.
FAKE_CDKTF = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], start_new_session=True)
os.write(1, b"started\\n")
sys.exit(child.wait())
"""
FAKE_TERRAFORM = """
trap 'echo stopping; sleep 0.3; echo state written; exit 7' INT
echo ready
for _ in $(seq 600); do sleep 0.05; done
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_noted_and_not_obeyed(number: signal.Signals) -> None:
    with noted_signals() as received:
        os.kill(os.getpid(), number)
    assert (received.first, received.count, received.exit_code) == (number, 1, 128 + number)


def test_the_echo_of_a_signal_does_not_count_and_a_later_one_does() -> None:
    received = Received()
    for second in (10.0, 10.1, 10.9, 15.0):
        received.note(signal.SIGTERM, second)
    assert received.count == 2


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with noted_signals():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_processes_are_read_on_linux_and_on_macos() -> None:
    on_linux = read_stat("42 (terraform) S 7 42 42 0 -1")
    [on_macos, _] = read_ps("   42     7 Ss   /usr/local/bin/terraform\n    1     0 Ss   /sbin/launchd\n")
    assert (on_linux.pid, on_linux.parent, on_linux.is_terraform) == (42, 7, True)
    assert (on_macos.pid, on_macos.parent, on_macos.is_terraform) == (42, 7, True)
    assert not read_stat("43 (terraform) Z 7 42 42 0 -1").is_terraform
    assert not read_stat("44 (terraform-provider-aws (x)) S 42 42 42 0 -1").is_terraform


def test_this_process_is_among_the_running_ones() -> None:
    assert os.getpid() in {process.pid for process in processes()}


def test_terraform_is_told_to_stop_and_cdktf_sees_it_end(tmp_path: Path) -> None:
    # A shell script is called `sh`: only a program of that name is found, so a copy of the shell runs it.
    terraform = tmp_path / "terraform"
    shutil.copy(shutil.which("sh") or "/bin/sh", terraform)
    (tmp_path / "script").write_text(FAKE_TERRAFORM)
    command = [sys.executable, "-c", FAKE_CDKTF, str(terraform), str(tmp_path / "script")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as cdktf:
        assert cdktf.stdout is not None
        assert {cdktf.stdout.readline(), cdktf.stdout.readline()} == {"started\n", "ready\n"}
        stop, deadline = GracefulStop(cdktf.pid), time.monotonic() + 60
        while cdktf.poll() is None and time.monotonic() < deadline:
            stop.step()
            time.sleep(0.05)
        assert cdktf.returncode == 7
        assert cdktf.stdout.read() == "stopping\nstate written\n"


def test_cdktf_without_a_terraform_is_ended_itself() -> None:
    cdktf = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    GracefulStop(cdktf.pid).step()
    assert cdktf.wait(timeout=10) == -signal.SIGTERM
