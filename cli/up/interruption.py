"""A stop of `groundwork up` between or within its steps, in words for whoever stopped it.

While Terraform runs, its own way to stop holds instead: cli/terraform/interrupts.py.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from cli.errors import CommandError
from cli.terraform.interrupts import SIGNALS

WORDS = "Interrupted. Run the same command again to go on."


@contextmanager
def told_when_stopped() -> Iterator[None]:
    """End with these words, and with what was started here ended, when a signal comes."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise CommandError(WORDS, exit_code=128 + number)

    with _handled_by(stop):
        yield


@contextmanager
def ended_at_once() -> Iterator[None]:
    """End without waiting for the threads: each would first build and push all the images that are left to it."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        print(WORDS, file=sys.stderr, flush=True)
        os._exit(128 + number)

    with _handled_by(stop):
        yield


@contextmanager
def _handled_by(stop: Callable[[int, FrameType | None], NoReturn]) -> Iterator[None]:
    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
