"""moto 5.2.5 has no saved Logs Insights queries."""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add, state


def apply() -> None:
    add(
        LogsResponse,
        put_query_definition=_put_query_definition,
        describe_query_definitions=_describe_query_definitions,
        delete_query_definition=_delete_query_definition,
    )


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
