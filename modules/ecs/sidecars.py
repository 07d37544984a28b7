"""The containers beside a service's own: the platform's log router and exporter, and those of the service's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.models.environment.environment import Environment
from config.models.environment.platform_service import (
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    FLUENT_BIT,
    PORTS,
    platform_repository,
)
from config.models.service.container.hardening import Capability
from config.models.service.container.sidecars import Sidecar
from config.models.service.kinds import Kind
from config.models.service.monitoring.tracing import COLLECTOR_MEMORY_MIB, OTEL_COLLECTOR
from config.models.service.service import Service
from modules.ecs.container import EXPORTER_MEMORY_MIB, hardened, health_check_of, log_to, tcp, told

ROUTER_MEMORY_MIB = 128
MEMORY_MIB = {
    # It holds every figure of a round, and the list of all metrics of the account while it looks for tags.
    CLOUDWATCH_EXPORTER: 256,
    OTEL_COLLECTOR: COLLECTOR_MEMORY_MIB,
}
ROUTER_STOP_TIMEOUT_S = 60  # longer than its Grace, in which it sends what it still has
EXPORTER_GRACE_S = 5
NO_CAPABILITY = (Capability.ALL,)


def sidecar_containers(
    environment: Environment, settings: Service, *, secrets: Mapping[str, Mapping[str, str]], log_group: str
) -> list[dict[str, Any]]:
    """Return the sidecars of a service's file; `secrets` has each one's references by variable.

    Their output goes to CloudWatch, where the service's own may go elsewhere.
    """
    return [
        _sidecar(its, name, secrets=secrets[name], log=log_to(log_group, environment.region))
        for name, its in sorted(settings.sidecars.items())
    ]


def _sidecar(settings: Sidecar, name: str, *, secrets: Mapping[str, str], log: dict[str, Any]) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": name,
        "image": settings.image,
        "essential": settings.essential,
        "memory": settings.memory_mib,
        **told(settings.variables, secrets),
        "logConfiguration": log,
    }
    if not settings.essential:
        container["restartPolicy"] = {"enabled": True}
    if settings.entrypoint:
        container["entryPoint"] = list(settings.entrypoint)
    if settings.command:
        container["command"] = list(settings.command)
    if settings.port:
        container["portMappings"] = tcp(settings.port)
    if settings.health_check:
        container["healthCheck"] = health_check_of(settings.health_check)
    return container | hardened(
        user=settings.user,
        read_only_root=settings.read_only_root,
        init_process=settings.init_process,
        drop=settings.drop_capabilities,
    )


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
        "portMappings": tcp(PORTS[FLUENT_BIT]),
        "stopTimeout": ROUTER_STOP_TIMEOUT_S,
        "logConfiguration": log_to(log_group, environment.region),
        # Its own script is the init process: it passes the signal to stop on when the last lines have come.
        **hardened(read_only_root=False, init_process=False, drop=NO_CAPABILITY),
    }


def deregistration_delay_s(settings: Service) -> int:
    """Return how long a task goes on serving without a name; a service of one task at a time would only be away."""
    if settings.kind is not Kind.INTERNAL or settings.scaling.singleton:
        return 0
    return settings.rollout.deregistration_delay_s


def exporter_container(
    environment: Environment, settings: Service, name: str, *, tag: str, log_group: str
) -> dict[str, Any]:
    """Return the container of an exporter or of the collector of traces; when it fails, it alone is restarted.

    ECS stops a container only once all that depend on it have ended. The ECS exporter depends on those that serve, and
    ends when no caller has the task's address any more (docs/adr/0029).
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """
    container: dict[str, Any] = {
        "name": name,
        "image": f"{environment.registry}/{platform_repository(name)}:{tag}",
        "essential": False,
        "restartPolicy": {"enabled": True},
        "memory": MEMORY_MIB.get(name, EXPORTER_MEMORY_MIB),
        **({"portMappings": tcp(PORTS[name])} if name in PORTS else {}),  # the collector's are the task's alone
        "logConfiguration": log_to(log_group, environment.region),
        **hardened(read_only_root=True, init_process=True, drop=NO_CAPABILITY),
    }
    if name == ECS_EXPORTER and (delay_s := deregistration_delay_s(settings)):
        serving = [settings.name, *sorted(settings.sidecars)]
        container["dependsOn"] = [{"containerName": one, "condition": "START"} for one in serving]
        container["environment"] = [{"name": "DEREGISTRATION_DELAY_SECONDS", "value": str(delay_s)}]
        container["stopTimeout"] = delay_s + EXPORTER_GRACE_S
    return container
