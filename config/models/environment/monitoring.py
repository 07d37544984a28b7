"""Monitoring of an environment: what is measured and kept, and who is told when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.models.environment.budget import EmailAddress
from config.models.environment.receiver import QuietHours, Receiver
from config.models.fargate import CpuUnits
from config.models.monitoring.grafana import GrafanaSettings
from config.models.monitoring.remote_write import RemoteWrite
from config.models.settings import Mistake, Settings, in_words

PROMETHEUS_CPU: CpuUnits = 1024
# What Fargate sells with that many CPU units. Prometheus runs on an instance, which takes any number.
PrometheusMemory = Literal[2048, 3072, 4096, 5120, 6144, 7168, 8192]

RUNBOOKS = "docs/runbooks"
WebFolder = Annotated[
    str,
    StringConstraints(pattern=rf"^(https://[^\s?#]+[^\s?#/]|{RUNBOOKS})$"),
    in_words("an address such as https://github.com/acme/platform/blob/main/docs/runbooks, no / at its end"),
]

ReceiverName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=64),
    in_words("lower-case letters, digits and single hyphens: a name, never the secret itself"),
]

HeartbeatUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[^\s/]+/\S*$", max_length=500),
    in_words("an address such as https://hc-ping.com/11111111-2222-3333-4444-555555555555"),
]


class Monitoring(Settings):
    """Prometheus, Alertmanager, Grafana and the CloudWatch exporter."""

    retention_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="How long Prometheus keeps what it measured, and shorter when its disk is full before.",
    )
    memory_mib: PrometheusMemory = Field(
        default=2048,
        description="Memory of Prometheus in MiB; the instance (`cluster.ec2.instance_type`) needs 1 GiB more.",
    )
    replicas: Literal[1, 2] = Field(
        default=1,
        description="2 runs a second Prometheus and Alertmanager, on an instance and a disk of their own in another "
        "zone; people are still told once.",
    )
    alert_emails: tuple[EmailAddress, ...] = Field(
        default=(),
        description="Who gets every alert by mail, once confirmed. Without anyone, alerts are only seen in Grafana, "
        "and by `receivers`.",
    )
    receivers: dict[ReceiverName, Receiver] = Field(
        default_factory=dict,
        description="Who else is told, by a name of your choice: a team's chat, a pager.",
    )
    quiet_hours: QuietHours | None = Field(
        default=QuietHours(), description="When warnings wait for the morning; null for at any hour."
    )
    heartbeat_url: HeartbeatUrl | None = Field(
        default=None,
        description="An address outside of AWS that is told every two minutes that alerts work, and raises the alarm "
        "when it is not: healthchecks.io, Dead Man's Snitch.",
    )
    single_task: bool = Field(
        default=False,
        description="Grafana and the exporters of CloudWatch and of public hosts in one Fargate task instead of two: "
        "cheaper, but a task that is replaced takes all three along.",
    )
    grafana: GrafanaSettings = Field(default=GrafanaSettings(), description="Who may sign in to Grafana, from where.")
    remote_write: RemoteWrite | None = Field(
        default=None, description="Where Prometheus sends what it measured as well; without it nowhere."
    )
    runbooks_url: WebFolder = Field(
        default=RUNBOOKS,
        description="Where people read docs/runbooks: every alert links to its section there. Such as "
        "https://github.com/acme/platform/blob/main/docs/runbooks.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Nobody is told twice."""
        if twice := sorted({mail for mail in self.alert_emails if self.alert_emails.count(mail) > 1}):
            yield Mistake(
                field="alert_emails",
                message=f"{twice[0]} is written twice",
                allowed="each address once",
                fix="remove one of the two",
            )

    @property
    def owners_told(self) -> tuple[str, ...]:
        """The owners that have a receiver of their own."""
        return tuple(sorted({owner for receiver in self.receivers.values() for owner in receiver.owners}))
