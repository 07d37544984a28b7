"""moto 5.2.5 has no classes of log groups: it forgets the class, and lets one of infrequent access be read in any way.

What AWS refuses there, in AWS' words: https://github.com/aws/karpenter-provider-aws/pull/9567
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from moto.logs.exceptions import LogsClientError
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from local_aws.supplement.patch import wrap

STANDARD, INFREQUENT_ACCESS = "STANDARD", "INFREQUENT_ACCESS"
REFUSED = {
    "filter_log_events": "FilterLogEvents",
    "get_log_events": "GetLogEvents",
    "put_metric_filter": "PutMetricFilter",
    "put_subscription_filter": "PutSubscriptionFilter",
    "create_export_task": "CreateExportTask",
}
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html"""


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(LogsResponse, "create_log_group", _create_log_group)
    wrap(LogGroup, "to_describe_dict", _to_describe_dict)
    for name, operation in REFUSED.items():
        wrap(LogsBackend, name, partial(_refuse, operation))


def _create_log_group(original: Callable[..., Any], response: Any) -> Any:
    made = original(response)
    asked = json.loads(response.body)
    response.logs_backend.groups[asked["logGroupName"]].log_class = asked.get("logGroupClass") or STANDARD
    return made


def _to_describe_dict(original: Callable[..., Any], group: Any) -> dict[str, Any]:
    return {**original(group), "logGroupClass": _class_of(group)}


def _refuse(operation: str, original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    asked = signature(original).bind(backend, *args, **kwargs).arguments
    name = asked.get("log_group_name") or asked.get("logGroupName")
    group = backend.groups.get(name)
    if group is not None and _class_of(group) == INFREQUENT_ACCESS:
        raise LogsClientError(
            "InvalidOperationException",
            f"The log group {name} is of log-group-class {INFREQUENT_ACCESS}. "
            f"{operation} is not supported for this log class.",
        )
    return original(backend, *args, **kwargs)


def _class_of(group: Any) -> str:
    found: str = vars(group).get("log_class", STANDARD)
    return found
