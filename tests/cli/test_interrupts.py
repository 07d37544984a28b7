from __future__ import annotations

import os
import signal

import pytest

from cli.terraform.interrupts import SIGNALS, Received, noted_signals


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
