"""moto 5.2.5 takes any query of Logs Insights, filters nothing, and shows numbers in place of times.

A filter is one or more comparisons with `and` between them: `field like "text"`, `field like /pattern/`,
`field = "text"`. Of the other commands fields, sort by @timestamp and limit are known; anything else is malformed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add, state, wrap

PAGE = 10_000
_DEFAULT_FIELDS = ("@timestamp", "@message")
_PIPE = re.compile(r"""\|(?=(?:[^"/]|"[^"]*"|/(?:\\.|[^/])*/)*$)""")
_TEST = re.compile(
    r"""\s*(?P<field>@?[\w.]+)\s*(?:(?P<like>like|=~)|=)\s*(?:"(?P<text>[^"]*)"|/(?P<pattern>(?:\\.|[^/])*)/)\s*"""
)
_SORT = re.compile(r"@timestamp(?:\s+(?P<order>asc|desc))?")


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(LogsResponse, "start_query", _start_query)
    wrap(LogsResponse, "get_query_results", _get_query_results)
    add(LogsResponse, stop_query=_stop_query)


def _start_query(_original: Callable[..., Any], response: Any) -> str:
    asked = json.loads(response.body)
    names = asked.get("logGroupNames") or [asked["logGroupName"]]
    groups = response.logs_backend.groups
    if missing := [name for name in names if name not in groups]:
        raise ResourceNotFoundException(f"Log group '{missing[0]}' does not exist")
    rows = [
        {
            "@timestamp": event.timestamp,
            "@message": event.message,
            "@logStream": stream.log_stream_name,
            "@ptr": str(event.event_id),
        }
        for name in names
        for stream in groups[name].streams.values()
        for event in stream.events
        if asked["startTime"] * 1000 <= event.timestamp <= asked["endTime"] * 1000 + 999
    ]
    id_ = str(mock_random.uuid4())
    state(response.logs_backend, "insights_queries")[id_] = list(_found(rows, asked))
    return json.dumps({"queryId": id_})


def _found(rows: list[dict[str, Any]], asked: dict[str, Any]) -> Iterator[list[dict[str, str]]]:
    """Yield the rows that a query finds, each as its fields."""
    fields, limit = list(_DEFAULT_FIELDS), asked.get("limit") or PAGE
    rows.sort(key=lambda row: row["@timestamp"], reverse=True)
    for command in _PIPE.split(asked["queryString"]):
        name, _, rest = command.strip().partition(" ")
        if name == "fields":
            fields = [one.strip() for one in rest.split(",")]
        elif name == "filter":
            tests = list(_tests(rest.strip()))
            rows = [row for row in rows if all(test(row) for test in tests)]
        elif name == "sort" and (found := _SORT.fullmatch(rest.strip())):
            rows.sort(key=lambda row: row["@timestamp"], reverse=found["order"] != "asc")
        elif name == "limit" and rest.strip().isdigit():
            limit = min(limit, int(rest))
        else:
            raise _malformed(command)
    for row in rows[:limit]:
        shown = {name: row[name] for name in (*fields, "@ptr") if name in row}
        if "@timestamp" in shown:
            moment = datetime.fromtimestamp(shown["@timestamp"] / 1000, UTC)
            shown["@timestamp"] = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
        yield [{"field": name, "value": value} for name, value in shown.items()]


def _tests(text: str) -> Iterator[Callable[[dict[str, Any]], bool]]:
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    at = 0
    while True:
        found = _TEST.match(text, at)
        if found is None:
            raise _malformed(text)
        yield _test(found)
        if found.end() == len(text):
            return
        if not text.startswith("and ", found.end()):
            raise _malformed(text)
        at = found.end() + len("and ")


def _test(found: re.Match[str]) -> Callable[[dict[str, Any]], bool]:
    field, text, pattern = found["field"], found["text"], found["pattern"]

    def test(row: dict[str, Any]) -> bool:
        value = str(row.get(field) or _own_field(row, field))
        if pattern is not None:
            return re.search(pattern.replace("\\/", "/"), value) is not None
        return text in value if found["like"] else text == value

    return test


def _own_field(row: dict[str, Any], field: str) -> Any:
    """Return what Logs Insights discovers in a line of JSON."""
    try:
        line = json.loads(row["@message"])
    except ValueError:
        return ""
    return line.get(field, "") if isinstance(line, dict) else ""


def _get_query_results(_original: Callable[..., Any], response: Any) -> str:
    asked = json.loads(response.body)
    rows = state(response.logs_backend, "insights_queries").get(asked["queryId"])
    if rows is None:
        raise ResourceNotFoundException(f"Query {asked['queryId']} does not exist")
    first = int(asked.get("nextToken") or 0)
    last = first + min(asked.get("maxItems") or PAGE, PAGE)
    answer: dict[str, Any] = {"results": rows[first:last], "status": "Complete", "queryLanguage": "CWLI"}
    return json.dumps(answer | ({"nextToken": str(last)} if last < len(rows) else {}))


def _stop_query(response: Any) -> str:
    id_ = json.loads(response.body)["queryId"]
    raise InvalidParameterException(f"Query {id_} is not running")


def _malformed(text: str) -> LogsClientError:
    return LogsClientError("MalformedQueryException", f"unexpected symbol found in: {text.strip()}")
