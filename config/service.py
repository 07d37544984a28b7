"""One microservice: all that a product developer writes about it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, StringConstraints

from config.database import INJECTED, Database, without_null
from config.fargate import DEFAULT_CPU, CpuUnits, size_mistakes, size_schema
from config.kinds import Kind, kind_mistakes, kind_schema
from config.schedule import Schedule
from config.settings import LogRetentionDays, Mistake, Percent, Settings, in_words

# The section of a service's file with what differs by environment.
OVERRIDES = "environments"

# A target group's name holds 32 characters; the longest environment name and its hyphen take 10.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
ServiceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){1,21}$", max_length=22),
    in_words(
        "2 to 22 lower-case letters, digits and single hyphens, a letter first "
        "(a target group's 32 characters also hold the environment's name)"
    ),
]
# Names in app.local, of target groups and of security groups that the platform's own parts have.
PLATFORM_NAMES = frozenset(
    {
        "alertmanager",
        "cloudwatch-exporter",
        "ecs-exporter",
        "edge",
        "fluent-bit",
        "grafana",
        "network",
        "prometheus",
    }
)
HostLabel = Annotated[
    str,
    StringConstraints(pattern=r"^(\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|@)$"),
    in_words('one label such as shop (the domain is added), "@" for the domain itself or "*" for any host'),
]
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
PathPattern = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9_\-.$/~\"'@:+*?&]*$", max_length=128),
    in_words("a path such as /api/*: a slash, then letters, digits and _-.$/~\"'@:+*?&, up to 128 characters"),
]
RequestPath = Annotated[str, StringConstraints(pattern=r"^/"), in_words("a path that starts with a slash")]
# No $, which would be a reference in the relabelling that carries the path.
MetricsPath = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9_\-./~]*$", max_length=128),
    in_words("a path such as /metrics: a slash, then letters, digits and _-./~"),
]
VariableName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
    in_words("letters, digits and underscores, no digit first"),
]

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=64),
    in_words("lower-case letters, digits and single hyphens: a name, never the secret itself"),
]


class Architecture(StrEnum):
    """The processor that the image is built for."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class Http(Settings):
    """The requests from outside that come to this service."""

    host: HostLabel | None = Field(
        default=None,
        description="Label under the environment's domain, by default the service's name; "
        "@ is the domain itself, * any host.",
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

    path: RequestPath = Field(default="/healthz", description="Answers 200 when the task can take requests.")
    interval_s: int = Field(default=15, ge=5, le=300)
    timeout_s: int = Field(default=5, ge=2, le=120)
    healthy_threshold: int = Field(default=2, ge=2, le=10)
    unhealthy_threshold: int = Field(default=3, ge=2, le=10)
    grace_s: int = Field(default=60, ge=0, le=3600, description="Failures are forgiven this long after a task starts.")

    def mistakes(self) -> Iterator[Mistake]:
        """A check must end before the next one starts."""
        if self.timeout_s >= self.interval_s:
            yield Mistake(
                field="timeout_s",
                message=f"a timeout of {self.timeout_s} s does not fit an interval of {self.interval_s} s",
                allowed=f"below interval_s, {self.interval_s}",
                fix=f"write timeout_s: {self.interval_s - 1} or less, or a longer interval_s",
                because=("interval_s",),
            )


class Metrics(Settings):
    """Where a service tells Prometheus about itself."""

    path: MetricsPath = Field(default="/metrics", description="What Prometheus asks for.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="By default the service's port.")


class Scaling(Settings):
    """How many tasks run, and what makes that number move."""

    min_tasks: int = Field(default=2, ge=0, le=1000)
    max_tasks: int = Field(default=4, ge=0, le=1000)
    cpu_percent: Percent | None = Field(default=60, description="Average CPU to hold; null switches it off.")
    memory_percent: Percent | None = Field(default=75, description="Average memory to hold; null switches it off.")
    requests_per_task: int | None = Field(default=None, ge=1, description="Requests a minute per task to hold.")

    def mistakes(self) -> Iterator[Mistake]:
        """The range must be one."""
        if self.max_tasks < self.min_tasks:
            yield Mistake(
                field="max_tasks",
                message=f"max_tasks {self.max_tasks} is below min_tasks {self.min_tasks}",
                allowed=f"at least min_tasks, {self.min_tasks}",
                fix=f"write max_tasks: {self.min_tasks}, or a smaller min_tasks",
                because=("min_tasks",),
            )


class Service(Settings):
    """A service in one environment: its file with that environment's overrides already merged."""

    model_config = ConfigDict(json_schema_extra={"allOf": [*kind_schema(), *size_schema(DEFAULT_CPU)]})

    injected: ClassVar[dict[str, str]] = {
        "name": "the file's name",
        "release": "service_configs/releases/<environment>.yaml",
    }
    merged_away: ClassVar[dict[str, str]] = {OVERRIDES: "By environment, the fields that differ there."}

    name: ServiceName = Field(description="The file's name; not written in the YAML.")
    kind: Kind = Field(
        description="public-web: from the internet; internal: from other services; worker: from nobody; "
        "scheduled-job: runs by the clock and ends; one-off: runs when told to, or before each deploy of a service."
    )
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
    metrics: Metrics | None = Field(
        default=None,
        description="What Prometheus scrapes; without it only the task's own figures are collected.",
    )
    cpu: CpuUnits = Field(default=DEFAULT_CPU, description="CPU units of a task; 1024 is one vCPU.")
    memory_mib: int = Field(
        default=512, ge=512, le=122_880, description="Memory of a task in MiB; Fargate ties it to cpu."
    )
    architecture: Architecture = Field(default=Architecture.ARM64, description="arm64 is about 20 % cheaper.")
    variables: dict[VariableName, str] = Field(
        default_factory=dict, description="Environment variables; never secrets."
    )
    secrets: dict[VariableName, SecretName] = Field(
        default_factory=dict,
        description="Environment variables whose value is a secret of this service, by the name it was stored under "
        "with `groundwork secret set`.",
    )
    calls: tuple[ServiceName, ...] = Field(
        default=(), description="The services that this one may connect to; it can reach no other."
    )
    database: Database | None = Field(
        default=None,
        description="A PostgreSQL database of its own: {} is one with the environment's sizes.",
        json_schema_extra=without_null,
    )
    schedule: Schedule | None = Field(default=None, description="When it runs; scheduled-job only.")
    before: ServiceName | None = Field(
        default=None,
        description="Runs to its end before each deploy of that service, with its image, such as a migration; "
        "one-off only.",
    )
    exec: bool = Field(
        default=False, description="Lets a person with the right to it open a shell in a task; what is typed is logged."
    )
    scaling: Scaling = Scaling()
    spot_percent: Percent | None = Field(
        default=None, description="Share on Fargate Spot; by default the environment's."
    )
    log_retention_days: LogRetentionDays = Field(default=30, description="How long logs are kept.")
    release: str | None = Field(default=None, description="The image tag from releases/<environment>.yaml.")

    def mistakes(self) -> Iterator[Mistake]:
        """Each kind has its fields, Fargate its sizes, and metrics a port."""
        if self.name in PLATFORM_NAMES:
            yield Mistake(
                field="name",
                message=f"the platform's own {self.name} has this name",
                allowed=f"any but {', '.join(sorted(PLATFORM_NAMES))}",
                fix="rename the file",
            )
        yield from kind_mistakes(self.kind, self)
        if self.metrics and self.metrics_port is None and self.kind is Kind.WORKER:
            yield Mistake(
                field="metrics",
                message="a worker has no port that its metrics could be scraped at",
                fix="add `port:` below `metrics:`",
                because=("kind",),
            )
        yield from size_mistakes(self.cpu, self.memory_mib)

        if self.database is None and "database" in self.model_fields_set:
            yield Mistake(
                field="database",
                message="has no value",
                fix="write `database: {}` for one with the environment's sizes, or remove the line",
            )
        if self.database and self.before:
            yield Mistake(
                field="database",
                message=f"it uses the database of {self.before}, before whose deploys it runs",
                allowed="only without `before:`",
                fix=f"remove it here, and write it in {self.before}.yaml",
                because=("before",),
            )
        if self.database:
            for section in ("variables", "secrets"):
                yield from (
                    Mistake(
                        field=f"{section}.{name}",
                        message=f"{name} is set to where the database is",
                        fix="remove it, or call it something else",
                        because=("database",),
                    )
                    for name in sorted(INJECTED & getattr(self, section).keys())
                )
        if self.name in self.calls:
            yield Mistake(field="calls", message="a service need not name itself", fix=f"remove {self.name}")
        if both := sorted(self.variables.keys() & self.secrets.keys()):
            yield Mistake(
                field=f"secrets.{both[0]}",
                message=f"{both[0]} is already among variables",
                fix="remove it from one of the two",
            )

    @property
    def repository(self) -> str:
        """Whose image it runs: its own, or that of the service it prepares."""
        return self.before or self.name

    @property
    def route(self) -> Http | None:
        """The requests from outside that come to this service, defaults filled in."""
        if self.kind is not Kind.PUBLIC_WEB:
            return None
        http = self.http or Http()
        return http.model_copy(update={"host": http.host or self.name})

    @property
    def metrics_port(self) -> int | None:
        """Where Prometheus scrapes it, if it does."""
        return (self.metrics.port or self.port) if self.metrics else None

    @property
    def effective_scaling(self) -> Scaling:
        """The range asked for, or no task while there is no image: an empty registry never blocks a deploy."""
        return self.scaling if self.is_runnable else self.scaling.model_copy(update={"min_tasks": 0, "max_tasks": 0})

    @property
    def is_runnable(self) -> bool:
        """Whether there is an image to start; without one no task is asked for."""
        return self.image is not None or self.release is not None
