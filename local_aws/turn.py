"""One request at a time in the local AWS: moto changes its state without locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

TURN = threading.Lock()


@contextmanager
def given_away() -> Iterator[None]:
    """Let others ask while this request waits for something that asks, too, such as a Lambda function."""
    TURN.release()
    try:
        yield
    finally:
        TURN.acquire()
