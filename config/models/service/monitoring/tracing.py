"""The traces of a service: an OpenTelemetry collector beside it, which sends them to X-Ray."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from config.models.settings import Settings, without_null

OTEL_COLLECTOR = "otel-collector"
COLLECTOR_MEMORY_MIB = 192
"""Of the task's; docker/otel-collector limits what it holds to three quarters of it."""
OTLP_GRPC, OTLP_HTTP, HEALTH = COLLECTOR_PORTS = 4317, 4318, 13_133


class Tracing(Settings):
    """Traces to X-Ray; the code needs an OpenTelemetry SDK or agent, which finds the collector by its variables."""

    sample_percent: float = Field(
        default=5,
        ge=0,
        le=100,
        description="The share of its requests that are traced, where their caller has not decided.",
    )

    def variables(self, service: str, *, environment: str, release: str | None) -> Mapping[str, str]:
        """Return the variables that every SDK of OpenTelemetry reads.

        https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
        """
        about = {"deployment.environment.name": environment, **({"service.version": release} if release else {})}
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{OTLP_HTTP}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            # Agents send these two by OTLP as well unless told otherwise, and the collector takes neither.
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{name}={value}" for name, value in about.items()),
            "OTEL_SERVICE_NAME": service,
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": f"{self.sample_percent / 100:g}",
        }


HasTracing = Annotated[
    Tracing | None,
    Field(
        description="A collector beside it takes traces by OTLP, at 127.0.0.1:4318 and :4317, and sends them to X-Ray.",
        json_schema_extra=without_null,
    ),
]
