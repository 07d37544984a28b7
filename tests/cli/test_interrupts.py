from __future__ import annotations

import os
import signal

import pytest

from cli.terraform.interrupts import SIGNALS, Received, noted_signals, processes, read_ps, read_stat


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
