"""A query of a log, and the answer of a place that holds logs."""

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
    """A reader of one service's log, wherever it is stored."""

    @property
    def place(self) -> str:
        """The searched place, in words."""

    @property
    def late(self) -> timedelta:
        """The delay after which a record may still turn up."""

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Return the records, newest first; more is asked for only as far as the caller goes on."""
