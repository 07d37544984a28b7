"""Prometheus: whom it scrapes, and how it finds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.environment import Environment
from config.models.environment.platform_service import (
    ALERTMANAGER,
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    FLUENT_BIT,
    GRAFANA,
    PORTS,
    PROMETHEUS,
    ecs_services,
    exporters_service,
)
from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER, POSTGRES_EXPORTER_PORT, exporter_of
from config.models.service.service import Service
from monitoring import blackbox_exporter
from monitoring.alerts import rule_files
from monitoring.alerts.postgres import exported
from monitoring.dns_discovery import REFRESH, found_by_dns
from monitoring.external_labels import alert_relabelling, replica_label
from monitoring.remote_write import remote_write
from monitoring.scrape_limits import LIMITS, most_exemplars
from monitoring.yaml_text import yaml_text

CONFIG = "/etc/prometheus/prometheus.yml"

# Cloud Map answers with up to eight addresses; past them targets would come and go at random.
# https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
MOST_TASKS_IN_DNS = 8

Job = dict[str, Any]


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """prometheus.yml, for every service of the environment, and the alerts that come with the platform."""
    environment = deployment.environment
    # A job ends before it could be scraped, and has no name to be found by.
    services = tuple(service for service in deployment.services if service.kind.keeps_running)
    routed = tuple(service for service in deployment.searched if service.kind.keeps_running)
    config = {
        "global": {
            "scrape_interval": "30s",
            "evaluation_interval": "30s",
            "external_labels": {"environment": environment.name, **replica_label(environment)},
        },
        "rule_files": [f"{rule_files.RULES}/*.yml"],
        "alerting": {
            "alertmanagers": [{"dns_sd_configs": [found_by_dns([ALERTMANAGER], PORTS[ALERTMANAGER])]}],
            **alert_relabelling(deployment),
        },
        "scrape_configs": [
            _platform(PROMETHEUS)
            if environment.monitoring.replicas > 1
            else {"job_name": PROMETHEUS, "static_configs": [{"targets": [f"localhost:{PORTS[PROMETHEUS]}"]}]},
            _platform(ALERTMANAGER),
            _of_aws(environment),
            _platform(GRAFANA),
            _applications(environment, services),
            _tasks(ECS_EXPORTER, environment, {PORTS[ECS_EXPORTER]: services}, also=ecs_services(environment)),
            *([_log_routers(environment, routed)] if routed else []),
            *blackbox_exporter.scrapes(deployment),
            *([_databases(names)] if (names := exported(deployment)) else []),
        ],
        "storage": {"exemplars": {"max_exemplars": most_exemplars(deployment)}},
        **remote_write(environment),
    }
    comment = f"Prometheus of {environment.name}; rendered by monitoring/prometheus.py"
    return {CONFIG: yaml_text(config, comment=comment), **rule_files.render(deployment)}


def _applications(environment: Environment, services: Iterable[Service]) -> Job:
    """Every service that says where its metrics are."""
    by_port: dict[int, list[Service]] = defaultdict(list)
    paths = []
    for service in services:
        if service.metrics is None or service.metrics_port is None:
            continue
        by_port[service.metrics_port].append(service)
        if service.metrics.path != "/metrics":
            own = {"source_labels": ["service"], "regex": service.name, "target_label": "__metrics_path__"}
            paths.append(own | {"replacement": service.metrics.path})
    job = _tasks("app", environment, by_port) | LIMITS
    job["relabel_configs"] += paths
    return job


def _log_routers(environment: Environment, services: Iterable[Service]) -> Job:
    """Fluent Bit beside every service whose log goes to OpenSearch.

    https://docs.fluentbit.io/manual/administration/monitoring#rest-api-interface
    """
    job = _tasks(FLUENT_BIT, environment, {PORTS[FLUENT_BIT]: services})
    return job | {"metrics_path": "/api/v2/metrics/prometheus"}


def _tasks(
    name: str,
    environment: Environment,
    by_port: Mapping[int, Iterable[Service]],
    *,
    also: Sequence[str] = (),
) -> Job:
    """One job over the tasks of services, each at its port: by DNS, or by ECS's own list for those that may grow large.

    `also` are further names to be found by DNS. `task_ip` joins an application's series to ecs_task_metadata_info,
    which knows the task and its revision.
    """
    dns, ecs, keep = [], [], [";.*"]  # what DNS found has no ECS service in front of the semicolon
    for port, services in sorted(by_port.items()):
        small = [service.name for service in services if service.scaling.most_tasks <= MOST_TASKS_IN_DNS]
        large = [service.name for service in services if service.scaling.most_tasks > MOST_TASKS_IN_DNS]
        small += also
        if small:
            dns.append(found_by_dns(small, port))
        if large:
            ecs.append(_ecs(environment, port))
            keep += [f"{service};.*:{port}" for service in large]
    found_by_ecs = [
        # The list has every task of the cluster at every port asked for: keep the services meant, once they run.
        _relabel("keep", ["__meta_ecs_service", "__address__"], "|".join(keep)),
        _relabel("keep", ["__meta_ecs_last_status"], "(RUNNING)?"),
        _label("service", "__meta_ecs_service", "(.+)"),
        _label("task_id", "__meta_ecs_task_arn", ".*/([^/]+)"),
    ]
    job: Job = {
        "job_name": name,
        "relabel_configs": [
            _label("service", "__meta_dns_name", r"([^.]+)\..*"),
            _label("task_ip", "__address__", r"(.*):\d+"),
            *(found_by_ecs if ecs else []),
        ],
    }
    if dns:
        job["dns_sd_configs"] = dns
    if ecs:
        job["aws_sd_configs"] = ecs  # Prometheus 3.8 and later
    return job


def _platform(name: str, *, of: str | None = None) -> Job:
    return {"job_name": name, "dns_sd_configs": [found_by_dns([of or name], PORTS[name])]}


def _of_aws(environment: Environment) -> Job:
    """Return the scrape of the CloudWatch exporter, each figure labelled with the service it is about."""
    name = environment.qualify("(.+)")
    own = [
        _label("service", "dimension_target_group", f"targetgroup/{name}/[^/]+"),
        _label("service", "dimension_dbinstance_identifier", name),
        _label("service", "dimension_collection_name", name),
        _label("service", "dimension_queue_name", f"{environment.qualify('([^_]+)')}_.+"),
        _label("queue", "dimension_queue_name", f"{environment.qualify('[^_]+')}_(.+?)(?:[.]fifo)?"),
    ]
    # The exporter's address changes with its task, AWS' figures do not: else sums would count them twice for a while.
    constant = {"target_label": "instance", "replacement": CLOUDWATCH_EXPORTER}
    job = _platform(CLOUDWATCH_EXPORTER, of=exporters_service(environment))
    return job | {"relabel_configs": [constant], "metric_relabel_configs": own}


def _databases(owners: Iterable[str]) -> Job:
    """Return the scrape of the databases' exporters, each labelled with the service that its database belongs to."""
    found = found_by_dns(map(exporter_of, owners), POSTGRES_EXPORTER_PORT)
    service = _label("service", "__meta_dns_name", exporter_of("([^._]+)") + r"\..*")
    return {"job_name": POSTGRES_EXPORTER, "dns_sd_configs": [found], "relabel_configs": [service]}


def _ecs(environment: Environment, port: int) -> dict[str, Any]:
    # The region is said because the instance metadata service, asked otherwise, is out of a task's reach.
    # https://prometheus.io/docs/prometheus/latest/configuration/configuration/#aws_sd_config
    cluster = f"arn:aws:ecs:{environment.region}:{environment.account_id}:cluster/{environment.name}"
    return {
        "role": "ecs",
        "region": environment.region,
        "clusters": [cluster],
        "port": port,
        "refresh_interval": REFRESH,
    }


def _relabel(action: str, sources: list[str], regex: str) -> dict[str, Any]:
    return {"action": action, "source_labels": sources, "regex": regex}


def _label(target: str, source: str, regex: str) -> dict[str, Any]:
    return {"source_labels": [source], "regex": regex, "target_label": target}
