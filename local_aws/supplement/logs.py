"""moto 5.2.5 has no saved Logs Insights queries, and shows events neither newest first nor of some streams only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add, state, wrap

_MOST_EVENTS = 10_000


def apply() -> None:
    """Apply the patches of this file to moto."""
    add(
        LogsResponse,
        put_query_definition=_put_query_definition,
        describe_query_definitions=_describe_query_definitions,
        delete_query_definition=_delete_query_definition,
    )
    wrap(LogsResponse, "filter_log_events", _filter_log_events)


def _filter_log_events(_original: Callable[..., Any], response: Any) -> str:
    """Answer as AWS does since it shows the events of all streams together, and on request the newest first."""
    asked = json.loads(response.body)
    group, prefix = asked["logGroupName"], asked.get("logStreamNamePrefix") or ""
    streams = asked.get("logStreamNames")
    backend = response.logs_backend
    events: list[dict[str, Any]] = []
    token = None
    while True:
        page, token, _ = backend.filter_log_events(
            group,
            streams,
            asked.get("startTime"),
            asked.get("endTime"),
            _MOST_EVENTS,
            token,
            asked.get("filterPattern"),
            True,
        )
        events += page
        if token is None:
            break
    events = [event for event in events if event["logStreamName"].startswith(prefix)]
    if asked.get("startFromHead") is False:
        events.reverse()
    first = int(asked.get("nextToken") or 0)
    last = first + (asked.get("limit") or _MOST_EVENTS)
    answer: dict[str, Any] = {"events": events[first:last], "searchedLogStreams": []}
    return json.dumps(answer | ({"nextToken": str(last)} if last < len(events) else {}))


def _put_query_definition(response: Any) -> str:
    asked = json.loads(response.body)
    id_ = asked.get("queryDefinitionId") or str(mock_random.uuid4())
    _kept(response)[id_] = asked | {"queryDefinitionId": id_, "lastModified": int(unix_time_millis())}
    return json.dumps({"queryDefinitionId": id_})


def _describe_query_definitions(response: Any) -> str:
    prefix = json.loads(response.body).get("queryDefinitionNamePrefix") or ""
    found = [known for known in _kept(response).values() if known["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


def _delete_query_definition(response: Any) -> str:
    known = _kept(response).pop(json.loads(response.body)["queryDefinitionId"], None)
    return json.dumps({"success": known is not None})


def _kept(response: Any) -> dict[str, dict[str, Any]]:
    return state(response.logs_backend, "query_definitions")
