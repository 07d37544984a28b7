"""Long-term storage of metrics, outside of the environment's own Prometheus."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.service.monitoring.slo import MetricName
from config.models.settings import Settings, in_words, without_null

# https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-create-workspace.html
WorkspaceId = Annotated[
    str,
    StringConstraints(pattern=r"^ws-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    in_words("the id of a workspace, such as ws-12345678-1234-1234-1234-123456789012"),
]


class RemoteWrite(Settings):
    """Amazon Managed Service for Prometheus, which keeps what it is sent for 150 days and outlives a zone."""

    workspace_id: WorkspaceId | None = Field(
        default=None,
        description="A workspace of this account and region that is there already; by default the environment gets one "
        "of its own, encrypted with its key.",
        json_schema_extra=without_null,
    )
    metrics: tuple[MetricName, ...] = Field(
        default=(),
        description="The metrics that are sent, by name; by default all. The fewer, the cheaper: up, "
        "slo:failures:rate5m, service:requests:rate5m.",
    )
