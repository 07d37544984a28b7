"""A stop of `groundwork up` outside of Terraform."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from cli.errors import CommandError
from cli.up.interruption import WORDS, told_when_stopped

BUSY = """
import os, signal, time
from concurrent.futures import ThreadPoolExecutor
from cli.up.interruption import ended_at_once, told_when_stopped

with told_when_stopped(), ended_at_once(), ThreadPoolExecutor(2) as pool:
    waiting = [pool.submit(time.sleep, 600) for _ in range(4)]
    os.kill(os.getpid(), signal.SIGTERM)
    waiting[0].result()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_in_words_and_with_the_signals_exit_code(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(CommandError) as stopped, told_when_stopped():
        os.kill(os.getpid(), number)
    assert (str(stopped.value), stopped.value.exit_code) == (WORDS, 128 + number)
    assert signal.getsignal(number) == before


def test_images_that_are_being_built_are_not_waited_for() -> None:
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, f"{WORDS}\n")
