"""A caller of a service, and the resolver that tells it the addresses."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

PAUSE_S = 0.02


@dataclass
class Names:
    """The name of the service in Cloud Map, and a resolver that keeps what it was answered for the TTL."""

    ttl_s: float
    registered: list[str] = field(default_factory=list)
    _answer: list[str] = field(default_factory=list)
    _until: float = 0

    def resolve(self) -> str:
        """Return one of the addresses, or raise as a resolver does where there is none."""
        now = time.monotonic()
        if now >= self._until:
            self._answer, self._until = list(self.registered), now + self.ttl_s
        if not self._answer:
            raise ConnectionError("the name has no address")
        return random.choice(self._answer)  # noqa: S311  as a resolver shuffles them


class Caller(threading.Thread):
    """Calls in a loop until it is told to end, and counts what comes of it."""

    def __init__(self, names: Names, *, port: int, keeps: bool) -> None:
        super().__init__()
        self.outcomes: Counter[str] = Counter()
        self._names, self._port, self._keeps = names, port, keeps
        self._connection: HTTPConnection | None = None
        self._over = threading.Event()

    def run(self) -> None:
        """Call, and connect anew where a connection has failed."""
        while not self._over.wait(PAUSE_S):
            try:
                self.outcomes["answered" if self._call() == 200 else "answered with an error"] += 1
            except (OSError, HTTPException) as error:
                self.outcomes[type(error).__name__] += 1
                self._drop()
        self._drop()

    def end(self) -> Counter[str]:
        """Stop calling and return what came of the calls."""
        self._over.set()
        self.join()
        return self.outcomes

    def _call(self) -> int:
        if self._connection is None:
            self._connection = HTTPConnection(self._names.resolve(), self._port, timeout=5)
        self._connection.request("GET", "/")
        answer = self._connection.getresponse()
        answer.read()
        if not self._keeps or answer.will_close:
            self._drop()
        return answer.status

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
