"""What Prometheus finds in an environment: every metric but its own and Alertmanager's, with a series of each.

Those two programs are run and asked, see tests/images/test_own_metrics.py; of the others none runs on a test machine.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache

from images import cloudwatch_exporter
from tests.images.conftest import rendered
from tests.synthesis import SHOP

METRIC = re.compile(
    r"\b(?:ecs|aws|yace|prometheus|alertmanager|process|scrape)_\w+(?=[{\[) ])"
    r"|\b(?:up|ALERTS|ALERTS_FOR_STATE)\b(?=[{ ])"
)

OF_PROGRAMS_THAT_ARE_ASKED = ("alertmanager_", "process_", "prometheus_")

SERVICE, TASK_IP = "orders", "10.30.0.1"
TASK = f'job="ecs-exporter",service="{SERVICE}",task_ip="{TASK_IP}"'
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
    "ecs_network_transmit_bytes_total": INTERFACE,
    "ecs_network_transmit_errors_total": INTERFACE,
    "ecs_network_transmit_packets_dropped_total": INTERFACE,
    "ecs_task_cpu_limit_vcpus": "",
    "ecs_task_ephemeral_storage_allocated_bytes": "",
    "ecs_task_ephemeral_storage_used_bytes": "",
    "ecs_task_image_pull_stop_timestamp_seconds": "",
    "ecs_task_memory_limit_bytes": "",
}
INFO = (
    f'{TASK},availability_zone="eu-west-1a",known_status="RUNNING",launch_type="FARGATE",'
    'task_arn="arn:aws:ecs:eu-west-1:111111111111:task/prod/bae32def0ab64f06818e8862e58f8d6d"'
)
# YACE 0.67.0, pkg/promutil/prometheus.go.
OF_YACE = {
    "yace_cloudwatch_getmetricdata_metrics_requested_total": "",
    "yace_cloudwatch_request_errors": 'api_name="GetMetricData"',
    "yace_cloudwatch_requests_total": 'api_name="GetMetricData"',
}
# What the load balancer's and the databases' figures are of: see metric_relabel_configs in images/prometheus.py.
MARKED = ("TargetGroup", "DBInstanceIdentifier")


@cache
def exported() -> set[str]:
    """Their names."""
    return {series.partition("{")[0] for series in all_series()}


def all_series() -> Mapping[str, str]:
    """A series of each and its values, so that whatever is asked for orders has an answer at the tenth minute."""
    return dict(
        [
            *((f"{name}{{{_joined(TASK, labels)}}}", ALWAYS) for name, labels in OF_TASKS.items()),
            *((f"{name}{{{_joined(labels)}}}", ALWAYS) for name, labels in OF_YACE.items()),
            *((series, ALWAYS) for series in _from_cloudwatch()),
            # A deploy on its way: the second revision has run for two minutes.
            (f'ecs_task_metadata_info{{{INFO},revision="7"}}', "1x40"),
            (f'ecs_task_metadata_info{{{INFO},revision="8"}}', "_x16 1x24"),
            (f'ecs_task_memory_limit_bytes{{job="ecs-exporter",service="prometheus",task_ip="{TASK_IP}"}}', ALWAYS),
            *((f"{name}{{{_of_a_target('ecs-exporter')}}}", ALWAYS) for name in OF_TARGETS),
            (f"up{{{_of_a_target('ecs-exporter')}}}", "1x40"),
            (f"up{{{_of_a_target('app')}}}", "0x40"),
            (f'ALERTS{{{_of_an_alert("TwoRevisionsRun")},alertstate="firing"}}', "1x40"),
            (f"ALERTS_FOR_STATE{{{_of_an_alert('TwoRevisionsRun')}}}", "100x40"),
        ]
    )


OF_TARGETS = ("scrape_duration_seconds", "scrape_samples_post_metric_relabeling")


def metrics_in(expression: str) -> set[str]:
    """The names of the metrics that an expression asks for."""
    return set(METRIC.findall(expression))


def promtool(*arguments: str) -> None:
    """Run it, which must succeed."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _from_cloudwatch() -> Iterator[str]:
    """What YACE makes of what it is told to get: its pkg/promutil/migrate.go, BuildMetricName."""
    config = rendered(SHOP, "cloudwatch-exporter", cloudwatch_exporter.CONFIG, "prod")
    for job in config["discovery"]["jobs"]:
        dimensions = job["dimensionNameRequirements"]
        labels = [f'dimension_{_snake(dimension)}="x"' for dimension in dimensions]
        if set(MARKED) & set(dimensions):
            labels.append(f'service="{SERVICE}"')
        for metric in job["metrics"]:
            for statistic in metric["statistics"]:
                name = f"{job['type'].lower().replace('/', '_')}_{_snake(metric['name'])}_{statistic.lower()}"
                yield f"{name}{{{','.join(labels)}}}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("%", "_percent")).lower()


def _of_a_target(job: str) -> str:
    return f'job="{job}",service="{SERVICE}",task_ip="{TASK_IP}",instance="{TASK_IP}:9779"'


def _of_an_alert(name: str) -> str:
    return f'alertname="{name}",severity="warning",service="{SERVICE}"'


def _joined(*labels: str) -> str:
    return ",".join(filter(None, labels))
