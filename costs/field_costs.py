"""The monthly cost of a field of a YAML file, for the reference of the fields: computed from the prices of a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.models.data.database import Databases
from config.models.service.monitoring.tracing import COLLECTOR_MEMORY_MIB
from config.models.service.service import Service
from costs.alternatives import NAT_INSTANCE
from costs.facts import MONTH_H
from costs.formulas.compute import FREE_DISK_GIB
from costs.formulas.data import VALKEY_LEAST_GB
from costs.formulas.logs import SINGLE_OCU, STANDBY_OCU
from costs.formulas.monitoring import CLUSTER_METRICS, FAMILY_METRICS, SCRAPE_S, SERVICE_METRICS
from costs.price_list import PriceList

ZONES = 3
PLATFORM = "environment.md"
SERVICE = "service.md"

Terms = Sequence[tuple[float, str]]
# Nobody has read these in AWS' price list, on its pages or on a bill: costs/price_list.py.
UNREAD = ("C", "D")


@dataclass(frozen=True)
class FieldCost:
    """A price for each value, by its name, or for one unit; `per` ends the sentence and says which unit.

    Without any it costs nothing, and `per` may say why.
    """

    values: Mapping[str, Terms] = field(default_factory=dict)
    unit: Terms = ()
    per: str = ""

    def text(self, prices: PriceList) -> str:
        """Return the sentence for the reference, such as "A month: `s3` $0.31, `cloudwatch` $0.58, for each GB."."""
        if not self.values and not self.unit:
            return f"Costs nothing{self.per}."
        named = [f"`{name}` {amount(terms, prices)}" for name, terms in self.values.items()]
        told = ", ".join(named) or amount(self.unit, prices)
        used = {key for terms in (*self.values.values(), self.unit) for _, key in terms}
        unread = any(price.confidence in UNREAD for key in used if (price := prices.prices.get(key)))
        return f"A month: {told}{self.per}{' (not verified)' if unread else ''}."


def field_costs(prices: PriceList) -> dict[str, dict[str, str]]:
    """Return the sentences by page and path of the field."""
    return {page: {path: cost.text(prices) for path, cost in its.items()} for page, its in FIELD_COSTS.items()}


def amount(terms: Terms, prices: PriceList) -> str:
    """Return quantities times prices, or that there is no price."""
    found = [(quantity, prices.usd(key)) for quantity, key in terms]
    missing = any(price is None for _, price in found)
    if missing:
        return "no price"
    usd = sum(quantity * (price or 0) for quantity, price in found)
    digits = 3 if usd < 1 and round(usd, 3) != round(usd, 2) else 2
    return f"${usd:,.{digits}f}"


def _nat_instance(count: int) -> Terms:
    (disk,) = NAT_INSTANCE["block_device_mappings"]
    return (
        (count * MONTH_H, f"ec2.{NAT_INSTANCE['instance_type']}"),
        (count * disk["ebs"]["volume_size"], "ebs_gp3"),
        (count * MONTH_H, "ipv4_hour"),
    )


def _gateways(count: int) -> Terms:
    return (count * MONTH_H, "nat_hour"), (count * MONTH_H, "ipv4_hour")


def _task(processor: str) -> Terms:
    fields = Service.model_fields
    return (
        (MONTH_H * fields["cpu"].default / 1024, f"fargate_vcpu_{processor}"),
        (MONTH_H * fields["memory_mib"].default / 1024, f"fargate_gb_{processor}"),
    )


_TASK = _task("arm")
_INSTANCES = {
    f"db.{size}": ((MONTH_H, f"rds.db.{size}"),)
    for size in ("t4g.micro", "t4g.small", "t4g.medium", "t4g.large", "m7g.large")
}
_DATABASE = f"rds.{Databases.model_fields['instance_class'].default}"
_CLASSES = {"standard": ((1, "cwl_ingest"),), "infrequent-access": ((1, "cwl_ingest_ia"),)}

FIELD_COSTS: Mapping[str, Mapping[str, FieldCost]] = {
    PLATFORM: {
        "network.nat": FieldCost(
            {
                "per-zone": _gateways(ZONES),
                "single": _gateways(1),
                "instance-per-zone": _nat_instance(ZONES),
                "instance": _nat_instance(1),
            },
            per=", with their public addresses; gateways have a price for each GB as well",
        ),
        "network.nat_instance.instance_type": FieldCost(
            {f"t4g.{size}": ((MONTH_H, f"ec2.t4g.{size}"),) for size in ("nano", "small", "medium")}, per=" each"
        ),
        "network.interface_endpoints": FieldCost(
            unit=((ZONES * MONTH_H, "vpce_hour"),), per=" each, and a price for each GB"
        ),
        "network.flow_logs": FieldCost({"s3": ((1, "vended_s3"),), "cloudwatch": ((1, "vended_cwl"),)}, per=" a GB"),
        "edge.create_zone": FieldCost({"true": ((1, "r53_zone"),)}),
        "edge.global_accelerator": FieldCost(
            {"true": ((MONTH_H, "ga_hour"),)}, per=", and a price for each GB of answers"
        ),
        "cluster.container_insights": FieldCost(
            {
                "enabled": ((SERVICE_METRICS + FAMILY_METRICS, "metric_month"),),
                "enhanced": ((SERVICE_METRICS + FAMILY_METRICS, "metric_ci_enhanced"),),
            },
            per=f" for each service, and {CLUSTER_METRICS} metrics of the cluster",
        ),
        "cluster.ec2.instance_type": FieldCost(
            {f"t4g.{size}": ((MONTH_H, f"ec2.t4g.{size}"),) for size in ("small", "medium")}
        ),
        "monitoring.replicas": FieldCost(
            {"2": ((MONTH_H, "ec2.t4g.medium"), (80, "ebs_gp3"))},
            per=" more, by the default instance and disks; and a price for each GB of metrics between zones",
        ),
        "monitoring.alert_emails": FieldCost(),
        "monitoring.receivers": FieldCost(unit=((1, "secret"),), per=" each, for its secret; mail nothing"),
        "monitoring.heartbeat_url": FieldCost(per=" at AWS"),
        "monitoring.single_task": FieldCost({"false": _TASK}, per=" for the second task"),
        "monitoring.grafana.oidc": FieldCost(unit=((1, "secret"),), per=" for the client's secret"),
        "monitoring.grafana.allowed_cidrs": FieldCost(),
        "monitoring.remote_write": FieldCost(
            unit=((MONTH_H * 3600 / SCRAPE_S / 1000, "amp_samples_m"),),
            per=" for each thousand series that are sent, and a price for each GB that is kept",
        ),
        "monitoring.remote_write.metrics": FieldCost(
            unit=((MONTH_H * 3600 / SCRAPE_S / 1000, "amp_samples_m"),), per=" for each thousand series that are sent"
        ),
        "cluster.ec2.data_volume_gib": FieldCost(unit=((1, "ebs_gp3"),), per=" a GiB"),
        "cluster.ec2.data_snapshot_retention_days": FieldCost(unit=((1, "ebs_snapshot"),), per=" a GiB that is kept"),
        "cluster.ec2.root_volume_gib": FieldCost(unit=((1, "ebs_gp3"),), per=" a GiB"),
        "databases.instance_class": FieldCost(_INSTANCES, per=" a database in one zone"),
        "databases.storage_gib": FieldCost(unit=((1, "rds_gp3"),), per=" a GiB in one zone"),
        "databases.multi_az": FieldCost(
            {"false": ((MONTH_H, _DATABASE),), "true": ((2 * MONTH_H, _DATABASE),)},
            per=" a database of the default class",
        ),
        "databases.extended_support": FieldCost({"true": ((MONTH_H, "rds_extended"),)}, per=" a vCPU in one zone"),
        "backups": FieldCost(unit=((1, "backup_gb"),), per=" a GB that a vault holds, as much again for the copies"),
        "logging.destination": FieldCost(
            {"opensearch": ((STANDBY_OCU * MONTH_H, "aoss_ocu"),)},
            per=" for the whole account; `cloudwatch` has a price for each GB",
        ),
        "logging.log_class": FieldCost(_CLASSES, per=" for each GB written to CloudWatch"),
        "logging.standby_replicas": FieldCost(
            {"true": ((STANDBY_OCU * MONTH_H, "aoss_ocu"),), "false": ((SINGLE_OCU * MONTH_H, "aoss_ocu"),)}
        ),
        "logging.max_indexing_ocu": FieldCost(unit=((MONTH_H, "aoss_ocu"),), per=" a unit that is used all month"),
        "logging.max_search_ocu": FieldCost(unit=((MONTH_H, "aoss_ocu"),), per=" a unit that is used all month"),
    },
    SERVICE: {
        "logs.log_class": FieldCost(_CLASSES, per=" for each GB written to CloudWatch"),
        "cpu": FieldCost(unit=((MONTH_H / 4, "fargate_vcpu_arm"),), per=" for 256 of a task on arm64"),
        "memory_mib": FieldCost(unit=((MONTH_H, "fargate_gb_arm"),), per=" for 1024 of a task on arm64"),
        "ephemeral_gib": FieldCost(
            unit=((MONTH_H, "fargate_disk_gb"),), per=f" for each GiB of a task beyond {FREE_DISK_GIB}"
        ),
        "architecture": FieldCost({"arm64": _TASK, "x86_64": _task("x86")}, per=" a task of the default size"),
        "metrics": FieldCost(per=" where Prometheus keeps them, as it runs anyway"),
        "slo": FieldCost(),
        "alerts": FieldCost(),
        "panels": FieldCost(),
        "tracing": FieldCost(
            unit=((MONTH_H * COLLECTOR_MEMORY_MIB / 1024, "fargate_gb_arm"),),
            per=f" for {COLLECTOR_MEMORY_MIB} MiB of each task on arm64, which `memory_mib` has to hold; and a price "
            "for each trace",
        ),
        "tracing.sample_percent": FieldCost(
            unit=((1, "xray_recorded_m"),), per=" for each million traces that are recorded"
        ),
        "secrets": FieldCost(unit=((1, "secret"),), per=" each"),
        "buckets": FieldCost(unit=((1, "s3_gb"),), per=" a GB, and a price for each request"),
        "queues": FieldCost(unit=((1, "sqs_m"),), per=" a million requests"),
        "cache": FieldCost(
            unit=((VALKEY_LEAST_GB * MONTH_H, "cache_valkey_gb_hour"),), per=f" at least, for {VALKEY_LEAST_GB} GB"
        ),
        "scaling.min_tasks": FieldCost(unit=_TASK, per=" each of the default size"),
        "scaling.max_tasks": FieldCost(unit=_TASK, per=" each of the default size, while it runs"),
        "database.instance_class": FieldCost(_INSTANCES, per=" in one zone; twice with a standby"),
        "database.exporter": FieldCost({"true": _TASK}, per=", without Spot"),
        "database.storage_gib": FieldCost(unit=((1, "rds_gp3"),), per=" a GiB in one zone"),
        "volumes": FieldCost(unit=((1, "efs_gb"),), per=" a GB"),
    },
}
"""By page and path of the field."""
