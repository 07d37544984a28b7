"""The ECS cluster, and its EC2 instance for the tasks that need a disk of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from config.models.environment.monitoring import PROMETHEUS_CPU
from config.models.environment.network import ENDPOINTS_OF_SESSION_MANAGER, Network, ZoneLetter
from config.models.fargate import DEFAULT_CPU
from config.models.instance_size import is_xen, size_of, smallest_burstable
from config.models.instance_type import InstanceType, has_graviton
from config.models.nat import Nat
from config.models.settings import Mistake, Percent, Settings

DISK_TASKS_CPU, BESIDE_PROMETHEUS_MIB = PROMETHEUS_CPU + DEFAULT_CPU, 1024
"""What Prometheus and Alertmanager take together; the agent and the system are among the memory."""
INTERFACES = 3


def data_volume(replica: int) -> str:
    """Return the name of a replica's disk, to be qualified with the environment's."""
    return "ec2-data" if replica == 1 else f"ec2-data-{replica}"


class Ec2(Settings):
    """One instance for each replica of Prometheus, replaced when it dies, and the volume that outlives it."""

    instance_type: InstanceType = Field(default="t4g.medium", description="Processor and memory of the instance.")
    zone: ZoneLetter | None = Field(
        default=None,
        description="The zone that it runs in, for a disk stays in its zone; by default the network's first. "
        "A second replica has the next one.",
    )
    data_volume_gib: int = Field(
        default=50,
        ge=10,
        le=16_384,
        description="The disk that outlives tasks and instances. It can grow (docs/monitoring.md) and never shrink.",
    )
    data_kept_when_deleted: bool = Field(
        default=True, description="A last snapshot is made of the disk when it is destroyed."
    )
    data_snapshot_retention_days: int = Field(
        default=7,
        ge=0,
        le=365,
        description="A snapshot of the disk is made each night and kept for as many days (`groundwork monitoring "
        "restore`); 0 makes none.",
    )
    root_volume_gib: int = Field(default=30, ge=30, le=1000, description="The instance's own disk: images and logs.")
    max_age_days: int = Field(
        default=30, ge=1, le=365, description="An older instance is replaced by one with the newest system."
    )
    session_manager: bool = Field(
        default=False, description="Lets a person with the right to it open a shell by AWS Systems Manager."
    )

    def mistakes_in(self, network: Network) -> Iterator[Mistake]:
        """Yield what the instance would not find in the network: its zone, or Session Manager."""
        if self.zone and self.zone not in network.zones:
            yield Mistake(
                field="cluster.ec2.zone",
                message=f"the network has no zone {self.zone}",
                allowed=", ".join(network.zones),
                because=("network.zones",),
            )
        missing = ", ".join(sorted(ENDPOINTS_OF_SESSION_MANAGER - set(network.interface_endpoints)))
        if self.session_manager and network.nat is Nat.NONE and missing:
            yield Mistake(
                field="network.interface_endpoints",
                message=f"with nat: none Session Manager does not reach the instance without {missing}",
                allowed=f"a list with {missing} in it, or session_manager: false",
                fix=f"add {missing} here, or choose nat: single",
                because=("cluster.ec2.session_manager",),
            )

    def mistakes_about(self, prometheus_mib: int) -> Iterator[Mistake]:
        """Yield why Prometheus and Alertmanager would find no room on the instance, or no disk."""
        needed = prometheus_mib + BESIDE_PROMETHEUS_MIB
        size, message = size_of(self.instance_type), None
        if is_xen(self.instance_type):
            message = "its disk is found as an NVMe device, which instances before Nitro do not have"
        elif size and size.interfaces < INTERFACES:
            message = "it has two network interfaces: one is its own, and Prometheus and Alertmanager take one each"
        elif size and size.vcpus * 1024 < DISK_TASKS_CPU:
            message = f"it has {size.vcpus * 1024} CPU units, and Prometheus and Alertmanager take {DISK_TASKS_CPU}"
        elif size and size.memory_mib < needed:
            message = f"it has {size.memory_mib} MiB, and {needed} are taken, {prometheus_mib} of them by Prometheus"
        if message:
            yield Mistake(
                field="cluster.ec2.instance_type",
                message=message,
                allowed=f"a Nitro type with 2 vCPUs, {needed // 1024} GiB and {INTERFACES} interfaces",
                fix=f"write {'t4g' if self.is_arm else 't3'}.{smallest_burstable(needed)}",
                because=("monitoring.memory_mib",),
            )

    @property
    def is_arm(self) -> bool:
        """Return whether its processor is a Graviton."""
        return has_graviton(self.instance_type)


class Cluster(Settings):
    """The ECS cluster that runs every service."""

    container_insights: Literal["disabled", "enabled", "enhanced"] = Field(
        default="disabled",
        description="CloudWatch's own metrics of tasks and services, paid by the metric; Prometheus has them too.",
    )
    spot_percent: Percent = Field(
        default=0, description="Share of tasks on Fargate Spot: about 70 % cheaper, stopped at two minutes' notice."
    )
    ec2: Ec2 = Field(default=Ec2(), description="The EC2 instance for what needs a disk: Prometheus and Alertmanager.")
