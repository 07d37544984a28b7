"""The task of a service or a job, with whatever it depends on and the collector of its traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from config.models.environment.platform_service import FLUENT_BIT
from config.models.service.monitoring.tracing import OTEL_COLLECTOR
from config.models.service.service import Service
from modules.data.generated_secret import GeneratedSecret
from modules.ecs.task import Task
from modules.policy import allow_anything
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime


def make_task(
    scope: Construct,
    *,
    runtime: EcsRuntime,
    dependencies: ServiceDependencies,
    exporters: Sequence[str],
    generated: Mapping[str, GeneratedSecret] | None = None,
    variables: Mapping[str, str] | None = None,
    disk: str | None = None,
    settings: Service,
) -> Task:
    """Add the task of a service or a job, with the ways to what it depends on, and the collector of its traces."""
    tracing, environment = settings.tracing, runtime.environment
    if tracing:
        exporters = (*exporters, OTEL_COLLECTOR)
        own = tracing.variables(settings.name, environment=environment.name, release=settings.release)
        variables = {**own, **(variables or {})}
    task = Task(
        scope,
        "task",
        environment=environment,
        vpc=runtime.vpc,
        log_key=runtime.log_key,
        cluster=runtime.cluster,
        database=dependencies.database,
        storage=dependencies.storage,
        generated=generated,
        variables=variables,
        disk=disk,
        exporters={name: runtime.image_tags[name] for name in exporters},
        router=runtime.image_tags[FLUENT_BIT],
        logs=dependencies.logs,
        settings=settings,
    )
    task.call(dependencies.callees)
    if tracing:
        task.roles.allow("tracing", traces())
    return task


def traces() -> dict[str, Any]:
    """Return the right to send spans to X-Ray, and what the collector says of itself.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return allow_anything(
        "SendTraces",
        ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        reason="Both actions know no resource: a trace belongs to the account, not to a service.",
    )
