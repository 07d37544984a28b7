"""The container of a service's task, as ECS takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.models.environment.environment import Environment
from config.models.environment.platform_service import FLUENT_BIT
from config.models.service.container.hardening import Capability
from config.models.service.health_check import HealthCheck
from config.models.service.relations import container_of
from config.models.service.service import Service
from modules.data.database_url import with_url

DISK_STOP_TIMEOUT_S = 120  # what was measured last is written down before the end
DATA_VOLUME = "data"
EXPORTER_MEMORY_MIB = 64  # of the task's; it takes about 20
# What the log driver holds while the router is being started anew; kept outside of the task's memory.
DRIVER_BUFFER_BYTES = 8 * 1024 * 1024


def container_definition(
    environment: Environment,
    settings: Service,
    *,
    log_group: str,
    routed: bool = False,
    secret_arns: Mapping[str, str],
    variables: Mapping[str, str],
    disk: str | None = None,
) -> dict[str, Any]:
    """Return the container definition of a service.

    `secret_arns` are variables whose value ECS reads from Secrets Manager; `variables` join the service's own;
    `disk` is where the container sees the volume `data`; `routed` says that a log router stands beside it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    plain = {**variables, **settings.variables}
    container: dict[str, Any] = {
        "name": settings.name,
        "image": environment.image(settings),
        "essential": True,
        **told(plain, secret_arns),
        "stopTimeout": DISK_STOP_TIMEOUT_S if disk else settings.stop_timeout_s,
        "logConfiguration": _routed() if routed else log_to(log_group, environment.region),
    }
    # Started after them, and so stopped before them: the first lines and the last ones find a router.
    first = [*([FLUENT_BIT] if routed else []), *(name for name, its in settings.sidecars.items() if its.health_check)]
    if first:
        container["dependsOn"] = [{"containerName": name, "condition": "HEALTHY"} for name in first]
    program = [*settings.entrypoint, *settings.command]
    if settings.database and settings.database.composed:
        container |= {"entryPoint": with_url(settings.database.composed), "command": program}
    elif settings.entrypoint:
        container |= {"entryPoint": list(settings.entrypoint), "command": list(settings.command)}
    elif settings.command:
        container["command"] = program
    if ports := _own_ports(settings):
        container["portMappings"] = tcp(*ports)
    if settings.health_check.command:
        container["healthCheck"] = health_check_of(settings.health_check)
    if disk:
        # On an instance a container sees no limit but its own: by the task's alone, Prometheus would plan with all the
        # memory of the host, and be killed (agent/api/task/task.go: private cgroup namespaces).
        container["memory"] = settings.memory_mib - EXPORTER_MEMORY_MIB
        container["mountPoints"] = [{"sourceVolume": DATA_VOLUME, "containerPath": disk, "readOnly": False}]
    if settings.volumes:
        container["mountPoints"] = [
            {"sourceVolume": name, "containerPath": its.path, "readOnly": its.read_only}
            for name, its in sorted(settings.volumes.items())
        ]
    if settings.ulimits:
        container["ulimits"] = [
            {"name": name.value, "softLimit": its.soft, "hardLimit": its.hard}
            for name, its in sorted(settings.ulimits.items())
        ]
    return container | hardened(
        user=settings.user,
        read_only_root=settings.read_only_root,
        # The shell's agent leaves dead children behind that only an init process collects.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        init_process=settings.init_process or settings.exec,
        drop=settings.drop_capabilities,
        tmpfs=settings.tmpfs,
    )


def hardened(
    *,
    user: str | None = None,
    read_only_root: bool,
    init_process: bool,
    drop: Sequence[Capability],
    tmpfs: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Return the part of a container definition that takes rights away, and what Linux is told about it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
    """
    linux: dict[str, Any] = {
        **({"capabilities": {"drop": sorted(drop)}} if drop else {}),
        **({"initProcessEnabled": True} if init_process else {}),
        **({"tmpfs": [{"containerPath": path, "size": size} for path, size in sorted(tmpfs.items())]} if tmpfs else {}),
    }
    return {
        **({"user": user} if user else {}),
        **({"readonlyRootFilesystem": True} if read_only_root else {}),
        **({"linuxParameters": linux} if linux else {}),
    }


def told(variables: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return a container's variables: those with a value, and those whose value ECS reads by a reference."""
    return {
        "environment": [{"name": name, "value": value} for name, value in sorted(variables.items())],
        "secrets": [{"name": name, "valueFrom": reference} for name, reference in sorted(secrets.items())],
    }


def tcp(*ports: int) -> list[dict[str, Any]]:
    """Return the port mappings of a container that listens there."""
    return [{"containerPort": port, "protocol": "tcp"} for port in ports]


def health_check_of(check: HealthCheck) -> dict[str, Any]:
    """Return the check that ECS runs in a container."""
    return {
        "command": check.container_command,
        "interval": check.interval_s,
        "timeout": check.timeout_s,
        "retries": check.unhealthy_threshold,
        "startPeriod": check.grace_s,
    }


def _own_ports(settings: Service) -> list[int]:
    """List the ports where the service's own container listens, and no sidecar does."""
    ports = [*([settings.port] if settings.port else []), *sorted(settings.ports.values())]
    return [port for port in ports if container_of(settings, port) == settings.name]


def _routed() -> dict[str, Any]:
    return {"logDriver": "awsfirelens", "options": {"log-driver-buffer-limit": str(DRIVER_BUFFER_BYTES)}}


def log_to(group: str, region: str) -> dict[str, Any]:
    """Return the log configuration of a container whose output goes to CloudWatch."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": group,
            "awslogs-region": region,
            "awslogs-stream-prefix": "task",
            # A log that cannot be written must not stop the service that writes it.
            "mode": "non-blocking",
            "max-buffer-size": "10m",
        },
    }
