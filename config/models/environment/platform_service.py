"""The services that the platform itself runs, in the words of any other service."""

from __future__ import annotations

from typing import ClassVar

from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.monitoring import PROMETHEUS_CPU
from config.models.fargate import Architecture
from config.models.monitoring.prometheus_command import START, makes_workspace, prometheus_command
from config.models.monitoring.sign_in import sign_in
from config.models.service.container.hardening import Capability
from config.models.service.health_check import HealthCheck
from config.models.service.http import Http
from config.models.service.kinds import Kind
from config.models.service.logs import LogDestination, Logs
from config.models.service.monitoring.metrics import Metrics
from config.models.service.rollout import Rollout
from config.models.service.scaling import Scaling
from config.models.service.service import Service
from config.models.service_names import ECS_EXPORTER_PORT, FLUENT_BIT_PORT

REPOSITORY_PREFIX = "platform/"  # a service's name holds no slash, so no service can take one of these

ALERTMANAGER, BLACKBOX_EXPORTER, CLOUDWATCH_EXPORTER = "alertmanager", "blackbox-exporter", "cloudwatch-exporter"
ECS_EXPORTER, FLUENT_BIT, GRAFANA, PROMETHEUS = "ecs-exporter", "fluent-bit", "grafana", "prometheus"
PORTS = {
    ALERTMANAGER: 9093,
    BLACKBOX_EXPORTER: 9115,
    CLOUDWATCH_EXPORTER: 5000,
    ECS_EXPORTER: ECS_EXPORTER_PORT,
    FLUENT_BIT: FLUENT_BIT_PORT,
    GRAFANA: 3000,
    PROMETHEUS: 9090,
}
BESIDE_PROMETHEUS = (ALERTMANAGER, CLOUDWATCH_EXPORTER, GRAFANA)
SERVICES = (*BESIDE_PROMETHEUS, PROMETHEUS)  # the others are part of their and of others' tasks

ON_DISK = (ALERTMANAGER, PROMETHEUS)
DISK_OWNER = 65534  # `nobody`, whom both images run as
GRAFANA_ROUTE = Http(host=(GRAFANA,))
OIDC_SECRET = "oidc-client-secret"  # noqa: S105  its name

GOSSIP_PORT = 9094
"""On which replicas of Alertmanager tell each other of silences and of what has been sent, by TCP and UDP."""

ONE = Scaling(min_tasks=1, max_tasks=1, cpu_percent=None, memory_percent=None)


class PlatformService(Service):
    """A service whose name no other may have, and whose image lies among the platform's own."""

    reserved_names: ClassVar[frozenset[str]] = frozenset()
    # Whoever repairs the platform follows its logs, which are small.
    chooses_log_class: ClassVar[bool] = False

    # What tells that something is wrong with OpenSearch must not need it.
    logs: Logs = Logs(destination=LogDestination.CLOUDWATCH)
    # None of their programs is root, or does what needs a capability.
    init_process: bool = True
    drop_capabilities: tuple[Capability, ...] = (Capability.ALL,)
    # Prometheus tries again by itself, and each of them is one task: it would only be away for longer.
    rollout: Rollout = Rollout(deregistration_delay_s=0)

    @property
    def repository(self) -> str:
        """Its ECR repository."""
        return platform_repository(self.name)


def platform_repository(image: str) -> str:
    """Return the ECR repository of a platform image."""
    return f"{REPOSITORY_PREFIX}{image}"


def exporters_service(environment: Environment) -> str:
    """Return the ECS service in whose task the CloudWatch exporter runs, and beside it the blackbox exporter."""
    return GRAFANA if environment.monitoring.single_task else CLOUDWATCH_EXPORTER


def ecs_services(environment: Environment) -> tuple[str, ...]:
    """Return the names of the platform's own ECS services."""
    return tuple(name for name in SERVICES if name != CLOUDWATCH_EXPORTER or name == exporters_service(environment))


def prometheus(environment: Environment, tag: str) -> PlatformService:
    """Build Prometheus, which keeps its samples as long as asked for, or until its disk is nearly full."""
    return PlatformService(
        name=PROMETHEUS,
        kind=Kind.INTERNAL,
        release=tag,
        port=PORTS[PROMETHEUS],
        read_only_root=True,  # but for its disk
        entrypoint=START if makes_workspace(environment) else (),
        command=prometheus_command(environment),
        # Not /-/ready: after a crash the log's replay takes minutes, and must not get the task killed.
        health_check=_asks(PROMETHEUS, "/-/healthy"),
        cpu=PROMETHEUS_CPU,
        memory_mib=environment.monitoring.memory_mib,
        architecture=_of_the_instance(environment),
        scaling=_on_every_instance(environment),
    )


def receiver_file(name: str) -> str:
    """Return the file in Alertmanager's container that holds the key or address of a receiver."""
    return f"/tmp/receiver-{name}"  # noqa: S108  nobody else is in the container


def alertmanager(environment: Environment, tag: str) -> PlatformService:
    """On the disk too: silences and what has been sent would be lost with every deploy."""
    names = sorted(name for name, one in environment.monitoring.receivers.items() if one.needs_secret)
    held_by = {name: f"RECEIVER_{name.replace('-', '_').upper()}" for name in names}
    files = " ".join(f"{receiver_file(name)}={variable}" for name, variable in held_by.items())
    return PlatformService(
        name=ALERTMANAGER,
        kind=Kind.INTERNAL,
        release=tag,
        port=PORTS[ALERTMANAGER],
        variables={"RECEIVERS": files} if files else {},
        secrets={variable: name for name, variable in held_by.items()},
        # Where there is a peer: in place of the image's own, by which it has none.
        command=(
            "--config.file=/etc/alertmanager/alertmanager.yml",
            "--storage.path=/alertmanager",
            f"--cluster.listen-address=0.0.0.0:{GOSSIP_PORT}",
            f"--cluster.peer={ALERTMANAGER}.{NAMESPACE}:{GOSSIP_PORT}",
        )
        if environment.monitoring.replicas > 1
        else (),
        health_check=_asks(ALERTMANAGER, "/-/healthy"),
        architecture=_of_the_instance(environment),
        scaling=_on_every_instance(environment),
    )


def cloudwatch_exporter(tag: str) -> PlatformService:
    """Asks CloudWatch, and Prometheus asks it."""
    return PlatformService(
        name=CLOUDWATCH_EXPORTER,
        kind=Kind.INTERNAL,
        release=tag,
        port=PORTS[CLOUDWATCH_EXPORTER],
        read_only_root=True,
        metrics=Metrics(),
        health_check=_asks(CLOUDWATCH_EXPORTER, "/healthz"),
        spot_percent=0,
        scaling=ONE,
    )


def grafana(environment: Environment, tag: str) -> PlatformService:
    """https://grafana.<domain>; one task, for it keeps nothing but its sessions, in a file of its own (ADR 0010)."""
    host, oidc = environment.hostname(GRAFANA), environment.monitoring.grafana.oidc
    return PlatformService(
        name=GRAFANA,
        kind=Kind.PUBLIC_WEB,
        release=tag,
        port=PORTS[GRAFANA],
        http=GRAFANA_ROUTE.model_copy(update={"allowed_cidrs": environment.monitoring.grafana.allowed_cidrs}),
        metrics=Metrics(),
        variables={
            "GF_SERVER_DOMAIN": host,
            "GF_SERVER_ROOT_URL": f"https://{host}/",
            # A password is read at the start, so another one is another task.
            "PASSWORD_VERSION": str(environment.monitoring.grafana.password_version),
            **(sign_in(oidc) if oidc else {}),
        },
        secrets={"GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET": OIDC_SECRET} if oidc else {},
        health_check=_asks(GRAFANA, "/api/health", path="/api/health"),
        cpu=512,
        memory_mib=1024,
        spot_percent=0,
        scaling=ONE,
    )


def _asks(name: str, check: str, **load_balancer: str) -> HealthCheck:
    # busybox, which all these images have, has a wget; a Dockerfile's HEALTHCHECK means nothing to ECS.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    command = ("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORTS[name]}{check}")
    return HealthCheck(command=command, **load_balancer)


def _on_every_instance(environment: Environment) -> Scaling:
    replicas = environment.monitoring.replicas
    return ONE.model_copy(update={"min_tasks": replicas, "max_tasks": replicas})


def _of_the_instance(environment: Environment) -> Architecture:
    return Architecture.ARM64 if environment.cluster.ec2.is_arm else Architecture.X86_64
