"""The container of a service's task, as ECS takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.models.environment.environment import Environment
from config.models.environment.platform_service import ECS_EXPORTER, FLUENT_BIT, PORTS, platform_repository
from config.models.service.service import Service
from modules.data.database_url import with_url

STOP_TIMEOUT_S = 60  # longer than the load balancer takes to stop sending requests
DISK_STOP_TIMEOUT_S = 120  # what was measured last is written down before the end
DATA_VOLUME = "data"
EXPORTER_MEMORY_MIB = 64  # of the task's; it takes about 20
ROUTER_MEMORY_MIB = 128
ROUTER_STOP_TIMEOUT_S = 60  # longer than its Grace, in which it sends what it still has
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
        "environment": [{"name": key, "value": value} for key, value in sorted(plain.items())],
        "secrets": [{"name": key, "valueFrom": arn} for key, arn in sorted(secret_arns.items())],
        "stopTimeout": DISK_STOP_TIMEOUT_S if disk else STOP_TIMEOUT_S,
        "logConfiguration": _routed() if routed else _log(log_group, environment.region),
    }
    if routed:
        # Started after it, and so stopped before it: the first lines and the last ones find a router.
        container["dependsOn"] = [{"containerName": FLUENT_BIT, "condition": "HEALTHY"}]
    program = [*settings.entrypoint, *settings.command]
    if settings.database and settings.database.composed:
        container |= {"entryPoint": with_url(settings.database.composed), "command": program}
    elif settings.entrypoint:
        container |= {"entryPoint": list(settings.entrypoint), "command": list(settings.command)}
    elif settings.command:
        container["command"] = program
    if settings.port:
        container["portMappings"] = [{"containerPort": settings.port, "protocol": "tcp"}]
    if settings.health_check.command:
        check = settings.health_check
        container["healthCheck"] = {
            "command": check.container_command,
            "interval": check.interval_s,
            "timeout": check.timeout_s,
            "retries": check.unhealthy_threshold,
            "startPeriod": check.grace_s,
        }
    if disk:
        # On an instance a container sees no limit but its own: by the task's alone, Prometheus would plan with all the
        # memory of the host, and be killed (agent/api/task/task.go: private cgroup namespaces).
        container["memory"] = settings.memory_mib - EXPORTER_MEMORY_MIB
        container["mountPoints"] = [{"sourceVolume": DATA_VOLUME, "containerPath": disk, "readOnly": False}]
    if settings.exec:
        # The shell's agent leaves dead children behind that only an init process collects.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        container["linuxParameters"] = {"initProcessEnabled": True}
    return container


def router_container(
    environment: Environment, settings: Service, *, tag: str, log_group: str, host: str
) -> dict[str, Any]:
    """Return the log router (FireLens) through which the service's output goes to the collection at `host`.

    It is not essential: a router that dies is started anew, and an OpenSearch that is away stops no service (ADR 0012).
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html
    """
    variables = {
        "AOSS_HOST": host,
        "AWS_REGION": environment.region,
        "ENVIRONMENT": environment.name,
        # Asked every few seconds: what it answers well is not worth a line.
        "HEALTH_CHECK_PATH": settings.health_check.path if settings.route else "",
        "JOB": "false" if settings.kind.keeps_running else "true",
        "LOG_GROUP": log_group,
        "MASK": settings.logs.lua_masks,
        "PARSER": settings.logs.parser.value,
        "SERVICE": settings.name,
    }
    return {
        "name": FLUENT_BIT,
        "image": f"{environment.registry}/{platform_repository(FLUENT_BIT)}:{tag}",
        "essential": False,
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60},
        "user": "0",  # the agent gives it a socket that root owns
        "memory": ROUTER_MEMORY_MIB,
        "environment": [{"name": key, "value": value} for key, value in variables.items()],
        "firelensConfiguration": {
            "type": "fluentbit",
            "options": {
                "enable-ecs-log-metadata": "true",
                "config-file-type": "file",
                "config-file-value": "/fluent-bit/etc/groundwork.conf",
            },
        },
        "healthCheck": {
            # ECS takes no notice of the image's own; /api/v1/health would fail while OpenSearch is away.
            "command": ["CMD-SHELL", f"curl -sf -o /dev/null http://127.0.0.1:{PORTS[FLUENT_BIT]}/api/v1/uptime"],
            "interval": 5,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 30,
        },
        "portMappings": [{"containerPort": PORTS[FLUENT_BIT], "protocol": "tcp"}],
        "stopTimeout": ROUTER_STOP_TIMEOUT_S,
        "logConfiguration": _log(log_group, environment.region),
    }


def exporter_container(environment: Environment, *, tag: str, log_group: str) -> dict[str, Any]:
    """Return the container that tells Prometheus what its task uses; when it fails, it alone is restarted.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """
    return {
        "name": ECS_EXPORTER,
        "image": f"{environment.registry}/{platform_repository(ECS_EXPORTER)}:{tag}",
        "essential": False,
        "restartPolicy": {"enabled": True},
        "memory": EXPORTER_MEMORY_MIB,
        "readonlyRootFilesystem": True,
        "portMappings": [{"containerPort": PORTS[ECS_EXPORTER], "protocol": "tcp"}],
        "logConfiguration": _log(log_group, environment.region),
    }


def _routed() -> dict[str, Any]:
    return {"logDriver": "awsfirelens", "options": {"log-driver-buffer-limit": str(DRIVER_BUFFER_BYTES)}}


def _log(group: str, region: str) -> dict[str, Any]:
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
