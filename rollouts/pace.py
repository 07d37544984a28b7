"""The interval between questions to AWS, and the moment when an invocation hands over to the next one."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

MARGIN_S = 20.0
"""Left at the end of an invocation, for what takes longer than it should."""
MARGIN_SHARE = 0.2


@dataclass
class Pace:
    """The rhythm of one invocation."""

    ends: float
    """By time.monotonic()."""
    poll_s: float
    longest_watch_s: float

    @classmethod
    def of(cls, remaining_s: float, environ: Mapping[str, str] = os.environ) -> Pace:
        """Return the pace of an invocation that Lambda ends in so many seconds; the local AWS sets its own."""
        return cls(
            ends=time.monotonic() + remaining_s - min(MARGIN_S, remaining_s * MARGIN_SHARE),
            poll_s=float(environ.get("ROLLOUTS_POLL_S", "5")),
            longest_watch_s=float(environ.get("ROLLOUTS_LONGEST_WATCH_S", "inf")),
        )

    def wait(self) -> bool:
        """Wait until it is time to ask again. Whether this invocation may do so itself."""
        if time.monotonic() + self.poll_s > self.ends:
            return False
        time.sleep(self.poll_s)
        return True
