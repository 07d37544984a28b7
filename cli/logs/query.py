"""What is asked of a log, and what a place that holds logs answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cli.logs.level import Level
from cli.logs.record import LogRecord


@dataclass(frozen=True)
class LogQuery:
    """Records since a time, of this level or worse, that match a query in the place's own language."""

    since: datetime
    level: Level | None = None
    query: str | None = None


class LogReader(Protocol):
    """Where the log of one service is."""

    @property
    def place(self) -> str:
        """What is searched, in words."""

    @property
    def late(self) -> timedelta:
        """How long after its time a record may still turn up."""

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """The records, newest first; more is asked for only as far as the caller goes on."""
