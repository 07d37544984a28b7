"""moto 5.2.5 understands a composite alarm, and lacks the operation that puts one."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from local_aws.supplement.patch import add


def apply() -> None:
    """Apply the patches of this file to moto."""
    add(CloudWatchResponse, put_composite_alarm=_put_composite_alarm)


def _put_composite_alarm(response: Any) -> Any:
    return response.put_metric_alarm()
