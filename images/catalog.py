"""The nine images that the platform itself runs, and who may read what each of them serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.loader.platform import Deployment
from config.models.environment.platform_service import (
    ALERTMANAGER,
    BLACKBOX_EXPORTER,
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    GRAFANA,
    PORTS,
    PROMETHEUS,
    platform_repository,
)
from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER, POSTGRES_EXPORTER_PORT
from config.models.service.monitoring.tracing import OTEL_COLLECTOR, OTLP_HTTP
from monitoring import alertmanager, blackbox_exporter, cloudwatch_exporter, grafana, prometheus

Render = Callable[[Deployment], Mapping[str, bytes]]


def _nothing(_: Deployment) -> Mapping[str, bytes]:
    return {}


@dataclass(frozen=True, kw_only=True)
class PlatformImage:
    """`name` is also the folder below docker/, whose files are copied; `render` adds what depends on the services."""

    name: str
    port: int
    render: Render = _nothing

    @property
    def repository(self) -> str:
        """Its ECR repository."""
        return platform_repository(self.name)


PLATFORM_IMAGES = (
    PlatformImage(name=ALERTMANAGER, port=PORTS[ALERTMANAGER], render=alertmanager.render),
    PlatformImage(name=BLACKBOX_EXPORTER, port=PORTS[BLACKBOX_EXPORTER], render=blackbox_exporter.render),
    PlatformImage(name=CLOUDWATCH_EXPORTER, port=PORTS[CLOUDWATCH_EXPORTER], render=cloudwatch_exporter.render),
    PlatformImage(name=ECS_EXPORTER, port=PORTS[ECS_EXPORTER]),
    PlatformImage(name="fluent-bit", port=2020),
    PlatformImage(name=GRAFANA, port=PORTS[GRAFANA], render=grafana.render),
    PlatformImage(name=OTEL_COLLECTOR, port=OTLP_HTTP),
    PlatformImage(name=POSTGRES_EXPORTER, port=POSTGRES_EXPORTER_PORT),
    PlatformImage(name=PROMETHEUS, port=PORTS[PROMETHEUS], render=prometheus.render),
)
