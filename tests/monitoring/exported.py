"""What Prometheus finds in an environment: every metric but its own and Alertmanager's, with a series of each.

Debian has some of the exporters, and tests ask them as they run:

- Prometheus and Alertmanager: test_own_metrics.py, test_panels.py.
- The blackbox exporter, of a site by TLS: test_probes.py, test_panels.py, test_discovery.py. OF_PROBES is what is known
  of it where it does not run; test_probes.py compares the two.
- The PostgreSQL exporter, of a real PostgreSQL: test_postgres_exporter.py, test_panels.py. OF_POSTGRES likewise.

The others are in no registry that continuous integration reaches, so what they serve is written down here:

- The CloudWatch exporter (YACE 0.67.0): derived from our configuration by YACE's own naming, `metric_name`. That
  CloudWatch has a metric of such a name is said by AWS' documentation alone, and by no service model.
- The ECS exporter (0.4.0): what its collector describes, labels as in the snapshots of its tests.
- Fluent Bit: from a run of 5.0.9 with our configuration. Its Lua is run in tests/docker/fluent_bit.
- Grafana: `up`, which Prometheus makes; nothing else of it is used.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from monitoring import cloudwatch_exporter
from tests.images.conftest import rendered
from tests.synthesis import SHOP

METRIC = re.compile(
    r"\b(?:ecs|aws|pg|postgres|probe|fluentbit|yace|prometheus|alertmanager|process|scrape)_\w+(?=[{\[) ])"
    r"|\b(?:up|ALERTS|ALERTS_FOR_STATE)\b(?=[{ ])|\b(?:slo|logs|service):[\w:]+"
)

OF_PROGRAMS_THAT_ARE_ASKED = ("alertmanager_", "process_", "prometheus_")

SERVICE = "orders"
ADDRESSES = ("10.30.0.1", "10.30.0.2")
CONTAINER = 'container_name="app"'
INTERFACE = 'interface="eth1"'
ALWAYS = "1+1x40"
"""Every 30 seconds for 20 minutes, in promtool's notation."""

# ecs_exporter 0.4.0, ecscollector/testdata/snapshots/fargate_metrics.txt and, for restarts, ecscollector/collector.go.
OF_TASKS = {
    "ecs_container_cpu_usage_seconds_total": CONTAINER,
    "ecs_container_memory_limit_bytes": CONTAINER,
    "ecs_container_memory_page_cache_size_bytes": CONTAINER,
    "ecs_container_memory_usage_bytes": CONTAINER,
    "ecs_container_restarts_total": CONTAINER,
    "ecs_network_receive_bytes_total": INTERFACE,
    "ecs_network_receive_errors_total": INTERFACE,
    "ecs_network_receive_packets_dropped_total": INTERFACE,
    "ecs_network_receive_packets_total": INTERFACE,
    "ecs_network_transmit_bytes_total": INTERFACE,
    "ecs_network_transmit_errors_total": INTERFACE,
    "ecs_network_transmit_packets_dropped_total": INTERFACE,
    "ecs_network_transmit_packets_total": INTERFACE,
    "ecs_task_cpu_limit_vcpus": "",
    "ecs_task_ephemeral_storage_allocated_bytes": "",
    "ecs_task_ephemeral_storage_used_bytes": "",
    "ecs_task_image_pull_start_timestamp_seconds": "",
    "ecs_task_image_pull_stop_timestamp_seconds": "",
    "ecs_task_memory_limit_bytes": "",
}
CLUSTER = "arn:aws:ecs:eu-west-1:111111111111:cluster/prod"
OF_THE_ROUTERS_CONTAINER = (
    "ecs_container_memory_page_cache_size_bytes",
    "ecs_container_memory_usage_bytes",
    "ecs_container_restarts_total",
)
OF_A_TASK = f'availability_zone="eu-west-1a",cluster="{CLUSTER}",known_status="RUNNING",launch_type="FARGATE"'
# YACE 0.67.0, pkg/promutil/prometheus.go: `Collectors`.
OF_YACE = {
    "yace_cloudwatch_autoscalingapi_requests_total": "",
    "yace_cloudwatch_apigatewayapi_requests_total": "",
    "yace_cloudwatch_dmsapi_requests_total": "",
    "yace_cloudwatch_duplicate_metrics_filtered": "",
    "yace_cloudwatch_ec2api_requests_total": "",
    "yace_cloudwatch_getmetricdata_metrics_requested_total": "",
    "yace_cloudwatch_getmetricdata_requests_total": "",
    "yace_cloudwatch_getmetricstatistics_requests_total": "",
    "yace_cloudwatch_request_errors": 'api_name="GetMetricData"',
    "yace_cloudwatch_requests_total": 'api_name="GetMetricData"',
    "yace_cloudwatch_resourcegrouptaggingapi_requests_total": "",
    "yace_cloudwatch_storagegatewayapi_requests_total": "",
    "yace_cloudwatch_targetgroupapi_requests_total": "",
}
# Blackbox exporter 0.23, which is run in tests/monitoring/test_probes.py.
OF_PROBES = (
    "probe_dns_lookup_time_seconds",
    "probe_duration_seconds",
    "probe_failed_due_to_regex",
    "probe_http_duration_seconds",
    "probe_http_ssl",
    "probe_http_status_code",
    "probe_ssl_earliest_cert_expiry",
    "probe_success",
)
OF_AN_ADDRESS = f'job="blackbox-exporter",service="{SERVICE}",instance="https://{SERVICE}.example.com/"'
# Worked out by rules, monitoring/alerts/slos.py.
OF_PROMISES = (
    "slo:budget:ratio",
    "slo:failed:ratio1h",
    "slo:failed:ratio3d",
    "slo:failed:ratio5m",
    "slo:failed:ratio6h",
    "slo:failures:rate5m",
    "slo:requests:rate5m",
)
PROMISES = ("availability", "latency")
# Fluent Bit 5.0.9 with our configuration, asked at /api/v2/metrics/prometheus: `name` is one of its inputs or outputs.
OF_LOG_ROUTERS = {
    "fluentbit_input_bytes_total": "forward.1",
    "fluentbit_input_ingestion_paused": "forward.1",
    "fluentbit_input_records_total": "forward.1",
    "fluentbit_output_chunk_available_capacity_percent": "opensearch",
    "fluentbit_output_dropped_records_total": "opensearch",
    "fluentbit_output_proc_bytes_total": "opensearch",
    "fluentbit_output_proc_records_total": "opensearch",
    "fluentbit_output_retried_records_total": "opensearch",
}
# The PostgreSQL exporter 0.11 with the queries of ours, which is run in tests/monitoring/test_postgres_exporter.py.
OF_A_TABLE = 'schema="public",table="orders"'
OF_POSTGRES = {
    "pg_up": "",
    "postgres_database_blocks_in_memory_total": "",
    "postgres_database_blocks_read_total": "",
    "postgres_database_commits_total": "",
    "postgres_database_deadlocks_total": "",
    "postgres_database_rollbacks_total": "",
    "postgres_database_temporary_bytes_total": "",
    "postgres_locks_longest_wait_seconds": "",
    "postgres_locks_waiting": "",
    "postgres_longest_query_seconds": "",
    "postgres_longest_transaction_seconds": "",
    "postgres_sessions_count": 'state="idle"',
    "postgres_table_dead_rows": OF_A_TABLE,
    "postgres_table_live_rows": OF_A_TABLE,
    "postgres_table_size_bytes": OF_A_TABLE,
}
# Worked out by rules, monitoring/alerts/requests.py.
OF_REQUESTS = {
    "service:failed_requests:rate5m": "",
    "service:request_duration_seconds:quantile5m": ',quantile="0.99"',
    "service:requests:rate5m": "",
}
# Worked out by rules, monitoring/alerts/logs.py.
OF_LOGS = ("logs:indexing_ocu:max", "logs:search_ocu:max")
OF_TARGETS = ("scrape_duration_seconds", "scrape_samples_post_metric_relabeling", "scrape_samples_scraped")
ALERT = f'alertname="CloudWatchRefuses",severity="warning",service="{SERVICE}",api_name="GetMetricData"'
# What AWS' figures are of: see metric_relabel_configs in monitoring/prometheus.py.
MARKED = ("TargetGroup", "DBInstanceIdentifier", "CollectionName", "QueueName")


@cache
def exported() -> set[str]:
    """Their names."""
    return {series.partition("{")[0] for series in all_series()}


def all_series() -> Mapping[str, str]:
    """Series and their values: of a service with two tasks and a database, so that whatever is asked has an answer."""
    return dict(
        [
            *(own for address in ADDRESSES for own in _of_task(address)),
            *((f"{name}{{{labels}}}", ALWAYS) for name, labels in OF_YACE.items()),
            *((f'{name}{{service="{SERVICE}",slo="{slo}"}}', ALWAYS) for name in OF_PROMISES for slo in PROMISES),
            *((f'{name}{{service="{SERVICE}"{labels}}}', ALWAYS) for name, labels in OF_REQUESTS.items()),
            *((name, ALWAYS) for name in OF_LOGS),
            *((series, ALWAYS) for series in _from_cloudwatch()),
            *((f"{name}{{{OF_AN_ADDRESS}}}", ALWAYS) for name in OF_PROBES),
            *((f'{name}{{service="{SERVICE}",{labels}}}', ALWAYS) for name, labels in OF_POSTGRES.items()),
            # A deploy on its way: the tasks of a second revision have run for two minutes.
            (_info(ADDRESSES[0], "8"), "_x16 1x24"),
            ('ecs_task_memory_limit_bytes{service="prometheus",task_ip="10.30.0.9"}', ALWAYS),
            (f'ALERTS{{{ALERT},alertstate="firing"}}', "1x40"),
            (f"ALERTS_FOR_STATE{{{ALERT}}}", "100x40"),
        ]
    )


def _of_task(address: str) -> Iterator[tuple[str, str]]:
    task = f'service="{SERVICE}",task_ip="{address}"'
    for name, labels in OF_TASKS.items():
        yield f"{name}{{{','.join(filter(None, [task, labels]))}}}", ALWAYS
    yield _info(address, "7"), "1x40"
    for name in OF_THE_ROUTERS_CONTAINER:
        yield f'{name}{{{task},container_name="fluent-bit"}}', ALWAYS
    for name, of in OF_LOG_ROUTERS.items():
        yield f'{name}{{{task},job="fluent-bit",name="{of}"}}', ALWAYS
    for job, is_up in {"ecs-exporter": "1x40", "fluent-bit": "1x40", "app": "0x40"}.items():
        target = f'{task},job="{job}",instance="{address}:80"'
        yield f"up{{{target}}}", is_up
        for name in OF_TARGETS:
            yield f"{name}{{{target}}}", ALWAYS


def _info(address: str, revision: str) -> str:
    arn = f"arn:aws:ecs:eu-west-1:111111111111:task/prod/{revision}-{address}"
    own = f'service="{SERVICE}",task_ip="{address}",revision="{revision}",task_arn="{arn}"'
    return f"ecs_task_metadata_info{{{own},{OF_A_TASK}}}"


def metrics_in(expression: str) -> set[str]:
    """The names of the metrics that an expression asks for."""
    return set(METRIC.findall(expression))


def promtool(*arguments: str) -> None:
    """Run it, which must succeed."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _from_cloudwatch() -> Iterator[str]:
    for name, dimensions in of_cloudwatch(SHOP):
        labels = [f'{label}="x"' for label in dimensions.values()]
        if set(MARKED) & set(dimensions):
            labels.append(f'service="{SERVICE}"')
        yield f"{name}{{{','.join(labels)}}}"


def of_cloudwatch(root: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What YACE makes of what it is told to get, and its label of each dimension.

    In its pkg/promutil/migrate.go: BuildMetricName, createPrometheusLabels.
    """
    config = rendered(root, "cloudwatch-exporter", cloudwatch_exporter.CONFIG, "prod")
    for job in config["discovery"]["jobs"]:
        dimensions = {name: f"dimension_{prometheus_name(name)}" for name in job["dimensionNameRequirements"]}
        for metric in job["metrics"]:
            for statistic in metric["statistics"]:
                yield metric_name(job["type"], metric["name"], statistic), dimensions


def metric_name(namespace: str, name: str, statistic: str) -> str:
    """Name a metric as YACE's BuildMetricName does: what the namespace has said already is not said again."""
    of, own = prometheus_name(namespace.lower()).removeprefix("_"), prometheus_name(name)
    for part in of.split("_"):
        own = own.removeprefix(part)
    return f"{'' if of.startswith('aws') else 'aws_'}{of}_{own.removeprefix('_')}_{prometheus_name(statistic)}"


def prometheus_name(text: str) -> str:
    """Write a name as YACE's PromString does: in lower case, each word after an underscore."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).replace("%", "_percent")
    return re.sub(r"[ ,\t/\\.:=@<>()“-]", "_", spaced).lower()
