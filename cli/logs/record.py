"""One record of a log, from wherever it is stored, and how it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import typer

from cli.logs.level import Level, level_in_text, level_named, level_numbered

LEVEL_FIELDS = ("severity_text", "level", "severity", "levelname", "log.level", "lvl", "@level", "loglevel")
MESSAGE_FIELDS = ("body", "message", "msg", "event", "@message", "text")
_STACK = re.compile(r"(^|[._])(stack|stack_?trace|traceback|exc_info|exception)$")
_COLOURS = {
    Level.TRACE: "bright_black",
    Level.DEBUG: "bright_black",
    Level.INFO: "green",
    Level.WARN: "yellow",
    Level.ERROR: "red",
    Level.FATAL: "bright_red",
}
# What a log brings along must not act on the terminal of whoever reads it. Tabs and line ends may stay.
_NOT_TEXT = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROL = re.compile(r"[\x7f-\x9f]")  # which JSON leaves as they are
_SHORT = 8  # characters of a task's id, as many as its short form in `docker ps` and git


@dataclass(frozen=True)
class LogRecord:
    """One log record. `fields` is the whole of it under the names of docs/logging.md, for `--json`."""

    id: str
    time: datetime
    level: Level | None
    message: str
    container: str
    task: str
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    written: str = ""
    """Its time as it was written, with nanoseconds: what decides between two of one millisecond, if it is known."""

    def line(self, *, service: str, colours: bool = False) -> str:
        """Time, level, task and message."""
        level = f"{self.level.name if self.level else '':<5}"
        if self.level and colours:
            level = typer.style(level, fg=_COLOURS[self.level])
        where = f"[{self.container}] " if self.container not in ("", service) else ""
        return f"{shown_time(self.time)} {level} {self.task[:_SHORT] or '-':<{_SHORT}} {where}{as_text(self.message)}"

    def json(self) -> str:
        """One line of JSON."""
        text = json.dumps(self.fields, ensure_ascii=False, default=str)
        return _encodable(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def from_event(event: Mapping[str, Any], *, service: str, environment: str) -> LogRecord:
    """Return a record of an event in CloudWatch Logs. Its stream is `task/<container>/<task's id>`."""
    _, _, rest = event["logStreamName"].partition("/")
    container, _, task = rest.rpartition("/")
    line = event["message"].rstrip("\n")
    own = _json_object(line)
    time = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    level = _level(own) if own else level_in_text(line)
    message = _message(own, line) if own else line
    fields = {
        "@timestamp": shown_time(time),
        "body": message,
        "severity_text": level.name if level else None,
        "severity_number": level.value if level else None,
        "service_name": service,
        "environment": environment,
        "container": container,
        "task_id": task,
        "attributes": own,
    }
    fields = {name: value for name, value in fields.items() if value not in (None, {})}
    return LogRecord(event["eventId"], time, level, message, container, task, fields)


def from_hit(hit: Mapping[str, Any]) -> LogRecord:
    """Return a record of a document in a collection, as the router shaped it."""
    source = hit["_source"]
    time = datetime.fromtimestamp(hit["sort"][0] / 1000, UTC)
    level = level_numbered(source.get("severity_number")) or _level(source)
    message = _message(source, str(source.get("body", "")) or json.dumps(source, ensure_ascii=False))
    return LogRecord(
        f"{hit.get('_index')}/{hit['_id']}",
        time,
        level,
        message,
        str(source.get("container", "")),
        str(source.get("task_id", "")),
        source,
        str(source.get("@timestamp", "")),
    )


def oldest_first(newest_first: Sequence[LogRecord]) -> list[LogRecord]:
    """Sort records by the time of writing, as well as it is known."""
    records = list(newest_first)
    records.reverse()  # sorting keeps it where nothing else decides
    records.sort(key=lambda record: (record.time, record.written))
    return records


def shown_time(time: datetime) -> str:
    """Write a time as in 2026-11-27T09:30:00.123Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_text(message: str) -> str:
    """Return the message without colours and control characters of its own."""
    return _encodable(_NOT_TEXT.sub("", message))


def _encodable(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no terminal takes."""
    return text.encode(errors="replace").decode()


def _json_object(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _level(fields: Mapping[str, Any]) -> Level | None:
    named = next((level for name in LEVEL_FIELDS if (level := level_named(fields.get(name)))), None)
    return named or level_numbered(fields.get("severity_number"))


def _message(fields: Mapping[str, Any], otherwise: str) -> str:
    """Return the text that a person reads first, and below it the stack trace if there is one."""
    message = next((fields[name] for name in MESSAGE_FIELDS if isinstance(fields.get(name), str)), None)
    if message is None:
        return otherwise
    stacks = [text for name, text in fields.items() if isinstance(text, str) and _STACK.search(name) and "\n" in text]
    return "\n".join([message, *(text.rstrip("\n") for text in stacks if text.strip() not in message)])
