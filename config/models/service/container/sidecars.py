"""Containers that a service's file puts beside its own: a proxy, an agent, a cache of files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.models.service.application import PublicImage
from config.models.service.aws.secrets import Secrets, said_twice
from config.models.service.container.hardening import (
    DropCapabilities,
    InitProcess,
    ReadOnlyRoot,
    User,
)
from config.models.service.container.ports import Port, PortName
from config.models.service.health_check import HealthCheck
from config.models.service_names import VariableName
from config.models.settings import Mistake, Settings

LEAST_MIB, LEAST_FOR_ITSELF_MIB = 32, 128
# The log router and the exporter of the task's own figures, which stand in every task (modules/ecs/sidecars.py).
OF_THE_PLATFORM_MIB = 192
_OF_THE_LOAD_BALANCER = ("path", "matcher", "healthy_threshold")


class Sidecar(Settings):
    """A container in the service's task: they share network, size and end; it is reached at 127.0.0.1."""

    image: PublicImage = Field(description="A complete public image reference, with its tag.")
    entrypoint: tuple[str, ...] = Field(default=(), description="Replaces the image's entry point.")
    command: tuple[str, ...] = Field(default=(), description="Replaces the image's command.")
    port: Port | None = Field(
        default=None,
        description="Where it listens for others. With the service's own `port:`, or one of its `ports:`, it takes "
        "those requests: a proxy in front.",
    )
    essential: bool = Field(default=True, description="The task ends with it; false: it alone is started anew.")
    health_check: HealthCheck | None = Field(
        default=None, description="A `command` in it, by ECS; the service starts once it succeeds."
    )
    memory_mib: int = Field(
        default=128,
        ge=LEAST_MIB,
        le=122_880,
        description="Its share of the task's memory in MiB, and its end beyond that.",
    )
    variables: dict[VariableName, str] = Field(
        default_factory=dict, description="Environment variables of this container alone; never secrets."
    )
    secrets: Secrets = Field(default_factory=dict)
    user: User = None
    read_only_root: ReadOnlyRoot = False
    init_process: InitProcess = False
    drop_capabilities: DropCapabilities = ()

    def mistakes(self) -> Iterator[Mistake]:
        """Check that its health check asks something, and that no variable is said twice."""
        if self.health_check:
            beside = [name for name in _OF_THE_LOAD_BALANCER if name in self.health_check.model_fields_set]
            if beside:
                yield Mistake(
                    field=f"health_check.{beside[0]}",
                    message="no load balancer asks a sidecar",
                    allowed="command, interval_s, timeout_s, unhealthy_threshold, grace_s",
                    fix="remove it",
                )
            elif not self.health_check.command:
                yield Mistake(
                    field="health_check",
                    message="it says nothing that could be asked",
                    allowed="`command:` below it, run in the container by ECS",
                    fix='write `command: [CMD-SHELL, "…"]` below it, or remove it',
                )
        yield from said_twice(self.variables, self.secrets)


Sidecars = Annotated[
    dict[PortName, Sidecar],
    Field(
        max_length=5,
        examples=[{"nginx": {"image": "public.ecr.aws/nginx/nginx:1.29.1"}}],
        description="Containers beside its own, by a name of yours: a proxy, an agent.",
    ),
]
