"""The fields of a service's file, and what follows from them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from config.models.data.database import Database
from config.models.fargate import DEFAULT_CPU, Architecture, CpuUnits
from config.models.schedule import Schedule
from config.models.service.application import Before, Entrypoint, Image, ImageOf
from config.models.service.aws.permissions import MayDo, Permissions
from config.models.service.aws.secrets import Secrets
from config.models.service.aws.storage import Buckets, HasCache, Queues
from config.models.service.aws.volumes import Volumes
from config.models.service.container.hardening import DropCapabilities, InitProcess, ReadOnlyRoot, User
from config.models.service.container.ports import Calls, Port, Ports, called_services
from config.models.service.container.resources import EphemeralGib, Tmpfs, Ulimits
from config.models.service.container.sidecars import Sidecars
from config.models.service.egress import EgressPorts
from config.models.service.health_check import HealthCheck, or_none, with_none
from config.models.service.http import Http
from config.models.service.kinds import Kind
from config.models.service.logs import Logs
from config.models.service.monitoring.metrics import HasMetrics, HasSlo
from config.models.service.monitoring.own_alerts import OwnAlerts
from config.models.service.monitoring.own_panels import OwnPanels
from config.models.service.monitoring.owner import OwnerName
from config.models.service.monitoring.tracing import HasTracing
from config.models.service.rollout import Rollout
from config.models.service.scaling import Scaling
from config.models.service.target_group import StopTimeout
from config.models.service_names import ServiceName, VariableName
from config.models.settings import Percent, Settings, without_null


class ServiceFields(Settings):
    """The fields, each alone; what contradicts what is told by Service."""

    name: ServiceName = Field(description="The file's name; not written in the YAML.")
    kind: Kind = Field(
        description="public-web: from the internet; internal: from other services; worker: from nobody; "
        "scheduled-job: runs by the clock and ends; one-off: runs when told to, or before each deploy of a service."
    )
    owner: OwnerName | None = Field(
        default=None, description="The team that its alerts go to, where `monitoring.receivers` names it."
    )
    image: Image = None
    entrypoint: Entrypoint = ()
    command: tuple[str, ...] = Field(default=(), description="Replaces the image's command.")
    port: Port | None = Field(default=None, description="Where the container listens.")
    ports: Ports = Field(default_factory=dict)
    http: Http | None = Field(
        default=None,
        description="Which requests from outside come here, by default all to <name>.<domain>; public-web only.",
    )
    health_check: Annotated[HealthCheck, BeforeValidator(or_none)] = Field(
        default=HealthCheck(),
        description="How a task shows that it works: to the load balancer (public-web only), to ECS by `command`. "
        "none: ECS takes a process that runs for a healthy one.",
        json_schema_extra=with_none,
    )
    metrics: HasMetrics = None
    slo: HasSlo = None
    tracing: HasTracing = None
    alerts: OwnAlerts = Field(default_factory=dict)
    panels: OwnPanels = Field(default_factory=dict)
    cpu: CpuUnits = Field(default=DEFAULT_CPU, description="CPU units of a task; 1024 is one vCPU.")
    memory_mib: int = Field(
        default=512, ge=512, le=122_880, description="Memory of a task in MiB; Fargate ties it to cpu."
    )
    ephemeral_gib: EphemeralGib = None
    tmpfs: Tmpfs = Field(default_factory=dict)
    ulimits: Ulimits = Field(default_factory=dict)
    user: User = None
    read_only_root: ReadOnlyRoot = False
    init_process: InitProcess = False
    drop_capabilities: DropCapabilities = ()
    sidecars: Sidecars = Field(default_factory=dict)
    architecture: Architecture = Field(default=Architecture.ARM64, description="arm64 is about 20 % cheaper.")
    variables: dict[VariableName, str] = Field(
        default_factory=dict, description="Environment variables; never secrets."
    )
    secrets: Secrets = Field(default_factory=dict)
    calls: Calls = ()
    egress_ports: EgressPorts = Field(
        default=(),
        description="TCP ports outside of the VPC that it may connect to, beside 443: 587 for mail, 9094 for Kafka.",
    )
    database: Database | None = Field(
        default=None,
        description="A PostgreSQL database of its own: {} is one with the environment's sizes.",
        json_schema_extra=without_null,
    )
    permissions: MayDo = Permissions()
    buckets: Buckets = Field(default_factory=dict)
    queues: Queues = Field(default_factory=dict)
    cache: HasCache = None
    volumes: Volumes = Field(default_factory=dict)
    schedule: Schedule | None = Field(default=None, description="When it runs; scheduled-job only.")
    before: Before = ()
    timeout_minutes: int = Field(
        default=60,
        ge=1,
        le=360,
        description="How long a deploy waits for it, or `groundwork run`; then it is left running. Only with jobs.",
    )
    stop_timeout_s: StopTimeout = 60
    rollout: Rollout = Field(default=Rollout(), description="What a deploy of it waits for; only what keeps running.")
    exec: bool = Field(
        default=False, description="Lets a person with the right to it open a shell in a task; what is typed is logged."
    )
    scaling: Scaling = Scaling()
    spot_percent: Percent | None = Field(
        default=None, description="Share on Fargate Spot; by default the environment's."
    )
    on_demand_base: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="So many tasks never run on Fargate Spot; by default one, where two or more tasks run.",
    )
    logs: Logs = Field(default=Logs(), description="Where its log goes, how long it is kept, what is hidden in it.")
    release: str | None = Field(default=None, description="The image tag from releases/<environment>/.")
    previous_releases: tuple[str, ...] = Field(default=(), description="The tags before it, from there too.")

    @property
    def called(self) -> tuple[str, ...]:
        """The services that it calls, each once."""
        return called_services(self.calls)

    @property
    def repository(self) -> str:
        """The service whose image it runs: itself, the one it names, or the first that it prepares."""
        if isinstance(self.image, ImageOf):
            return self.image.of
        return self.before[0] if self.before else self.name

    @property
    def public_image(self) -> str | None:
        """The image of its own choice, from another registry."""
        return self.image if isinstance(self.image, str) else None

    @property
    def own_database(self) -> Database | None:
        """The database that exists for it, and not for another service."""
        return self.database if self.database and self.database.of is None else None

    @property
    def has_database_exporter(self) -> bool:
        """The wish for an exporter beside its own database."""
        return self.own_database is not None and self.own_database.exporter

    @property
    def written_as(self) -> str:
        """The name of its file, whatever it runs as: that under which its secrets are stored."""
        return self.name

    @property
    def route(self) -> Http | None:
        """The requests from outside that come to this service, defaults filled in."""
        if self.kind is not Kind.PUBLIC_WEB:
            return None
        http = self.http or Http()
        return http.model_copy(update={"host": http.host or (self.name,)})

    @property
    def metrics_port(self) -> int | None:
        """The port that Prometheus scrapes, or None."""
        return (self.metrics.port or self.port) if self.metrics else None

    @property
    def is_runnable(self) -> bool:
        """Return whether there is an image to start; without one it has everything but tasks, and blocks no deploy."""
        return self.public_image is not None or self.release is not None
