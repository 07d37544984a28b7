"""Parts beside the services on the board: monitoring, and what belongs to the account and region."""

from __future__ import annotations

from collections.abc import Iterator

from cli.picture.measures import MONITORING_X, PRIVATE_Y, PUBLIC_Y, REGIONAL_X
from cli.picture.shapes import BOX_HEIGHT, BOX_WIDTH, Box, label, line
from config.loader.platform import Deployment
from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.platform_service import (
    ALERTMANAGER,
    CLOUDWATCH_EXPORTER,
    GRAFANA,
    PROMETHEUS,
    exporters_service,
)


def monitoring_notes(environment: Environment) -> dict[str, list[str]]:
    """Return the lines in the box of each part of the monitoring, from top to bottom."""
    size, replicas = f"{environment.cluster.ec2.data_volume_gib} GiB", environment.monitoring.replicas
    disk = f"EC2 · a disk of {size}" if replicas == 1 else f"EC2 · {replicas} disks of {size}"
    return {
        GRAFANA: ["dashboards", environment.hostname(GRAFANA)],
        PROMETHEUS: ["metrics of every task", disk],
        ALERTMANAGER: ["whom to tell", disk],
        CLOUDWATCH_EXPORTER: ["metrics of AWS's own parts", f"{exporters_service(environment)}.{NAMESPACE}"],
    }


def regional_boxes(deployment: Deployment, parts: dict[str, Box], *, bottom: float) -> dict[str, Box]:
    """Return what is of the account and region, and in no subnet."""
    in_opensearch = ["OpenSearch Serverless,", "a collection for each service"]
    where = in_opensearch if deployment.searched else ["CloudWatch,", "a group each"]
    return {
        "ECR": Box(REGIONAL_X, PUBLIC_Y + 32, "ECR", ["images, tagged by content"]),
        "names": Box(REGIONAL_X, parts[GRAFANA].y, "Cloud Map", [f"names under {NAMESPACE}"]),
        "secrets": Box(REGIONAL_X, parts[PROMETHEUS].y, "Secrets Manager", ["passwords and keys"]),
        "alerts": Box(REGIONAL_X, parts[ALERTMANAGER].y, "SNS", ["alerts, to people"]),
        "logs": Box(REGIONAL_X, max(bottom - BOX_HEIGHT - 4, parts[CLOUDWATCH_EXPORTER].y), "logs", where),
    }


def scraping(parts: dict[str, Box], *, bottom: float) -> Iterator[str]:
    """Yield the arrows between the parts of the monitoring, and from Prometheus to all tasks."""
    prometheus, side = parts[PROMETHEUS], MONITORING_X - 22
    yield line((side, PRIVATE_Y + 40), (side, bottom), look="all")
    yield line((prometheus.x, prometheus.y + 31), (side, prometheus.y + 31))
    yield label(side - 8, prometheus.y + 35, "scrapes every task", anchor="end")
    for upper, lower in ((GRAFANA, PROMETHEUS), (PROMETHEUS, ALERTMANAGER)):
        yield line((parts[upper].middle, parts[upper].bottom), (parts[lower].middle, parts[lower].y))
    exporter, right = parts[CLOUDWATCH_EXPORTER], MONITORING_X + BOX_WIDTH
    yield line(
        (right, prometheus.y + 46),
        (right + 12, prometheus.y + 46),
        (right + 12, exporter.y + 16),
        (right, exporter.y + 16),
    )


def shipping(logs: Box) -> Iterator[str]:
    """Yield the arrow from all services to their logs."""
    height = logs.bottom - 14
    yield line((MONITORING_X - 22, height), (logs.x, height))
    yield label(MONITORING_X - 30, height + 4, "each service's log, masked", anchor="end")
