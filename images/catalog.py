"""The ten images that the platform itself runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.loader.platform import Deployment
from config.models.data.database_roles import DATABASE_ROLES
from config.models.environment.platform_service import (
    ALERTMANAGER,
    BLACKBOX_EXPORTER,
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    GRAFANA,
    PROMETHEUS,
    platform_repository,
)
from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER
from config.models.service.monitoring.tracing import OTEL_COLLECTOR
from monitoring import alertmanager, blackbox_exporter, cloudwatch_exporter, grafana, prometheus

Render = Callable[[Deployment], Mapping[str, bytes]]


def _nothing(_: Deployment) -> Mapping[str, bytes]:
    return {}


@dataclass(frozen=True, kw_only=True)
class PlatformImage:
    """`name` is also the folder below docker/, whose files are copied; `render` adds what depends on the services."""

    name: str
    render: Render = _nothing

    @property
    def repository(self) -> str:
        """Its ECR repository."""
        return platform_repository(self.name)


PLATFORM_IMAGES = (
    PlatformImage(name=ALERTMANAGER, render=alertmanager.render),
    PlatformImage(name=BLACKBOX_EXPORTER, render=blackbox_exporter.render),
    PlatformImage(name=CLOUDWATCH_EXPORTER, render=cloudwatch_exporter.render),
    PlatformImage(name=DATABASE_ROLES),
    PlatformImage(name=ECS_EXPORTER),
    PlatformImage(name="fluent-bit"),
    PlatformImage(name=GRAFANA, render=grafana.render),
    PlatformImage(name=OTEL_COLLECTOR),
    PlatformImage(name=POSTGRES_EXPORTER),
    PlatformImage(name=PROMETHEUS, render=prometheus.render),
)
