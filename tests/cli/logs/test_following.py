"""`--follow`: each record once, however late it turns up, and nothing that was left out before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from cli.logs.command import follow_new
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord

NOW = datetime.now(UTC)
ASKED = LogQuery(NOW - timedelta(hours=1))


def record(id_: str, *, ago: float) -> LogRecord:
    return LogRecord(id_, NOW - timedelta(seconds=ago), None, id_, "orders", "1")


class Growing:
    """A log to which more is added before each look at it."""

    place = "a list"
    late = timedelta(seconds=20)

    def __init__(self, *steps: list[LogRecord]) -> None:
        self.steps = list(steps)
        self.records: list[LogRecord] = []
        self.asked: list[LogQuery] = []

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        self.asked.append(query)
        self.records += self.steps.pop(0)
        found = [one for one in self.records if one.time >= query.since]
        return iter(sorted(found, key=lambda one: one.time, reverse=True))


@pytest.fixture(autouse=True)
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def test_what_comes_is_shown_once_and_in_order_even_if_late() -> None:
    shown = [record("shown", ago=15)]
    log = Growing([*shown, record("b", ago=5), record("a", ago=10)], [], [record("late", ago=12), record("c", ago=1)])
    assert [one.id for one in islice(follow_new(log, ASKED, shown), 4)] == ["a", "b", "late", "c"]


def test_only_the_last_while_is_asked_for_again() -> None:
    shown = [record("shown", ago=15)]
    log = Growing([record("a", ago=2)], [record("b", ago=1)])
    list(islice(follow_new(log, ASKED, shown), 2))
    assert [query.since for query in log.asked] == [
        NOW - timedelta(seconds=35),
        NOW - timedelta(seconds=22),
    ]


def test_what_is_older_than_asked_for_is_never_shown() -> None:
    asked = LogQuery(NOW - timedelta(seconds=12))
    log = Growing([record("old", ago=13), record("new", ago=11)])
    assert [one.id for one in islice(follow_new(log, asked, [record("shown", ago=11)]), 1)] == ["new"]
