"""What a record says: its level however it is spelled, its message, and nothing that acts on a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.errors import CommandError
from cli.logs.level import Level, level_in_text, parse_level
from cli.logs.record import LogRecord, from_event, from_hit

TASK = "0123456789abcdef0123456789abcdef"


def event(message: str, *, stream: str = f"task/orders/{TASK}") -> LogRecord:
    """What CloudWatch has of one line."""
    found = {"eventId": "1", "timestamp": 1_796_000_000_123, "logStreamName": stream, "message": message}
    return from_event(found, service="orders", environment="dev")


def shown(record: LogRecord) -> str:
    return record.line(service="orders")


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ('{"level": "error", "message": "no stock"}', Level.ERROR, "no stock"),
        ('{"levelname": "WARNING", "msg": "slow"}', Level.WARN, "slow"),
        ('{"level": 50, "msg": "no stock", "pid": 1}', Level.ERROR, "no stock"),
        ('{"severity": "CRITICAL", "text": "gone"}', Level.FATAL, "gone"),
        ('{"severity_text": "ERROR", "body": "no stock"}', Level.ERROR, "no stock"),
        ('{"severity_number": 18, "body": "no stock"}', Level.ERROR, "no stock"),
        ('{"log.level": "debug", "event": "called"}', Level.DEBUG, "called"),
        ('{"level": "odd", "order": 7}', None, '{"level": "odd", "order": 7}'),
        ('{"level": true, "message": "m"}', None, "m"),
        ('{"message": {"a": 1}}', None, '{"message": {"a": 1}}'),
        ('{"level": "error", "message": "cut off', None, '{"level": "error", "message": "cut off'),
        ("[1, 2]", None, "[1, 2]"),
        ("2026-11-27 10:00:00,123 ERROR orders: no stock", Level.ERROR, None),
        ("INFO:     127.0.0.1:4 - GET / 200", Level.INFO, None),
        ('level=warn msg="slow"', Level.WARN, None),
        ("2026/11/27 10:00:00 [error] 31#31: no upstream", Level.ERROR, None),
        ("there was no error at all", None, None),
        ("Traceback (most recent call last):", Level.ERROR, None),
        ("panic: runtime error: index out of range", Level.FATAL, None),
        ("x" * 200 + " ERROR", None, None),
        ("", None, ""),
    ],
)
def test_a_line_of_cloudwatch_says_its_level_and_message(line: str, level: Level | None, message: str | None) -> None:
    record = event(line)
    assert (record.level, record.message) == (level, line if message is None else message)


def test_a_line_is_time_level_task_and_message() -> None:
    assert shown(event("ERROR no stock\n")) == "2026-11-30T00:53:20.123Z ERROR 01234567 ERROR no stock"
    assert shown(event("no stock")) == "2026-11-30T00:53:20.123Z       01234567 no stock"


def test_another_container_of_the_task_is_named() -> None:
    record = event("[ warn] [output] retry", stream=f"task/fluent-bit/{TASK}")
    assert shown(record) == "2026-11-30T00:53:20.123Z       01234567 [fluent-bit] [ warn] [output] retry"


def test_a_stack_trace_in_a_field_of_its_own_is_shown_below() -> None:
    record = event(
        json.dumps({"level": "error", "message": "no stock", "exc_info": "Traceback:\n  File x\nKeyError\n"})
    )
    assert shown(record).endswith(" no stock\nTraceback:\n  File x\nKeyError")


def test_what_a_log_holds_does_not_act_on_the_terminal_and_can_be_written_to_any() -> None:
    evil = "\x1b[2J\x1b]0;title\x07 a\tb\x9b31m\r\ud83d"
    assert shown(event(evil)).endswith(" ]0;title a\tb31m?")
    whole = event(json.dumps({"message": evil})).json()
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(whole)
    whole.encode()


def test_a_document_of_a_collection_is_shown_alike_and_printed_whole() -> None:
    source: dict[str, Any] = {
        "@timestamp": "2026-11-30T00:53:20.123Z",
        "body": "no stock",
        "severity_text": "ERROR",
        "severity_number": 17,
        "task_id": TASK,
        "container": "orders",
        "order": 7,
    }
    record = from_hit({"_index": "orders-2026.48", "_id": "a", "_source": source, "sort": [1_796_000_000_123]})
    assert shown(record) == "2026-11-30T00:53:20.123Z ERROR 01234567 no stock"
    assert json.loads(record.json()) == source


def test_a_line_of_cloudwatch_as_json_has_the_names_of_the_collection() -> None:
    assert json.loads(event('{"level": "error", "message": "no stock", "order": 7}').json()) == {
        "@timestamp": "2026-11-30T00:53:20.123Z",
        "body": "no stock",
        "severity_text": "ERROR",
        "severity_number": 17,
        "service_name": "orders",
        "environment": "dev",
        "container": "orders",
        "task_id": TASK,
        "attributes": {"level": "error", "message": "no stock", "order": 7},
    }


@pytest.mark.parametrize(
    ("text", "level"), [("error", Level.ERROR), ("Warning", Level.WARN), ("CRITICAL", Level.FATAL)]
)
def test_a_level_may_be_asked_for_by_any_of_its_names(text: str, level: Level) -> None:
    assert parse_level(text) is level


def test_an_unknown_level_is_one_message_with_what_was_probably_meant() -> None:
    with pytest.raises(CommandError) as refused:
        parse_level("eror")
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "--level: there is no level of this name\n"
        "  value: eror\n"
        "  allowed: trace, debug, info, warn, error, fatal\n"
        "  fix: did you mean `error`?"
    )


def test_levels_are_found_where_a_line_begins() -> None:
    assert level_in_text("a WARNING and an ERROR") is Level.WARN
