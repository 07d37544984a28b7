"""One microservice: all that a product developer writes about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from config.settings import LogRetentionDays, Percent, Settings

# A target group's name holds 32 characters; the longest environment name and its hyphen take 10.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
ServiceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=22)]
HostLabel = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|@)$")]
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
PathPattern = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9_\-.$/~\"'@:+*?&]*$", max_length=128)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

# MiB of memory that Fargate takes with each number of CPU units (1024 = one vCPU).
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY_MIB: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}


class Kind(StrEnum):
    """What a service is for; it decides what may reach it."""

    PUBLIC_WEB = "public-web"
    INTERNAL = "internal"
    WORKER = "worker"


class Architecture(StrEnum):
    """The processor that the image is built for."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class Http(Settings):
    """The requests from outside that come to this service."""

    host: HostLabel | None = Field(
        default=None,
        description="Label under the domain, by default the service's name; @ is the domain itself, * any host.",
    )
    path: PathPattern = Field(default="/*", description="Path pattern; the more segments, the earlier it is tried.")
    priority: int | None = Field(
        default=None,
        ge=1,
        le=50_000,
        description="Only when told to by an error: replaces the computed rule priority.",
    )


class HealthCheck(Settings):
    """How the load balancer tells that a task can take requests."""

    path: Annotated[str, StringConstraints(pattern=r"^/")] = "/healthz"
    interval_s: int = Field(default=15, ge=5, le=300)
    timeout_s: int = Field(default=5, ge=2, le=120)
    healthy_threshold: int = Field(default=2, ge=2, le=10)
    unhealthy_threshold: int = Field(default=3, ge=2, le=10)
    grace_s: int = Field(default=60, ge=0, le=3600, description="Failures are forgiven this long after a task starts.")

    @model_validator(mode="after")
    def _timeout_fits_interval(self) -> Self:
        if self.timeout_s >= self.interval_s:
            raise ValueError(f"timeout_s {self.timeout_s} must be below interval_s {self.interval_s}")
        return self


class Scaling(Settings):
    """How many tasks run, and what makes that number move."""

    min_tasks: int = Field(default=2, ge=0, le=1000)
    max_tasks: int = Field(default=4, ge=0, le=1000)
    cpu_percent: Percent | None = Field(default=60, description="Average CPU to hold; null switches it off.")
    memory_percent: Percent | None = Field(default=75, description="Average memory to hold; null switches it off.")
    requests_per_task: int | None = Field(default=None, ge=1, description="Requests a minute per task to hold.")

    @model_validator(mode="after")
    def _range_is_a_range(self) -> Self:
        if self.max_tasks < self.min_tasks:
            raise ValueError(f"max_tasks {self.max_tasks} is below min_tasks {self.min_tasks}")
        return self


class Service(Settings):
    """A service in one environment: its file with that environment's overrides already merged."""

    name: ServiceName = Field(description="The file's name; not written in the YAML.")
    kind: Kind = Field(description="public-web: from the internet; internal: from other services; worker: from nobody.")
    image: str | None = Field(
        default=None,
        min_length=1,
        description="A complete public image reference; by default the service's own repository and its release.",
    )
    command: tuple[str, ...] = Field(default=(), description="Replaces the image's command.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="Where the container listens.")
    http: Http | None = Field(
        default=None,
        description="Which requests from outside come here, by default all to <name>.<domain>; public-web only.",
    )
    health_check: HealthCheck = Field(
        default=HealthCheck(), description="What the load balancer asks; public-web only."
    )
    cpu: int = Field(default=256, description="CPU units of a task; 1024 is one vCPU.")
    memory_mib: int = Field(default=512, description="Memory of a task in MiB; Fargate ties it to cpu.")
    architecture: Architecture = Field(default=Architecture.ARM64, description="arm64 is about 20 % cheaper.")
    variables: dict[VariableName, str] = Field(
        default_factory=dict, description="Environment variables; never secrets."
    )
    scaling: Scaling = Scaling()
    spot_percent: Percent | None = Field(
        default=None, description="Share on Fargate Spot; by default the environment's."
    )
    log_retention_days: LogRetentionDays = Field(default=30, description="How long logs are kept.")
    release: str | None = Field(default=None, description="The image tag from releases/<environment>.yaml.")

    @model_validator(mode="after")
    def _fields_fit_kind(self) -> Self:
        listens = self.kind is not Kind.WORKER
        if listens and self.port is None:
            raise ValueError(f"port: a service of kind {self.kind} must say where it listens")
        if not listens and self.port is not None:
            raise ValueError("port: nothing connects to a worker; remove it, or choose kind internal")
        if self.kind is not Kind.PUBLIC_WEB and self.http is not None:
            raise ValueError(f"http: a service of kind {self.kind} takes no requests from outside")
        return self

    @model_validator(mode="after")
    def _fargate_takes_the_size(self) -> Self:
        allowed = FARGATE_MEMORY_MIB.get(self.cpu)
        if allowed is None:
            raise ValueError(f"cpu: Fargate has no size {self.cpu}; it takes {', '.join(map(str, FARGATE_MEMORY_MIB))}")
        if self.memory_mib not in allowed:
            raise ValueError(f"memory_mib: with cpu {self.cpu} Fargate takes {', '.join(map(str, allowed))}")
        return self

    @model_validator(mode="after")
    def _requests_are_counted_by_the_load_balancer(self) -> Self:
        if self.scaling.requests_per_task and self.kind is not Kind.PUBLIC_WEB:
            raise ValueError("scaling.requests_per_task: only public-web services have requests to count")
        return self

    @property
    def route(self) -> Http | None:
        """The requests from outside that come to this service, defaults filled in."""
        if self.kind is not Kind.PUBLIC_WEB:
            return None
        http = self.http or Http()
        return http.model_copy(update={"host": http.host or self.name})

    @property
    def is_runnable(self) -> bool:
        """Whether there is an image to start; without one no task is asked for."""
        return self.image is not None or self.release is not None
