"""Incidents as series: what Prometheus then fires, and of what people are told.

An alert is written as its name, its severity, and the service or part that it is about.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.monitoring.alert_cases import DAY, GIB, Series, alb, delivered, own, probe, rds, requests, router

ORDERS, STOREFRONT, MAILER = "orders", "storefront", "mailer"
TASKS = {ORDERS: 2, STOREFRONT: 2, MAILER: 1, "alertmanager": 1, "cloudwatch-exporter": 1, "grafana": 1}
HOURS = 600
HOUR = 3600


def task(service: str, number: int, values: str, *, revision: int = 7) -> Series:
    """The exporter beside a task, and what it says of it."""
    mine = f'service="{service}",task_ip="10.30.{revision}.{number}"'
    return {
        f'up{{job="ecs-exporter",{mine}}}': values,
        f'ecs_task_metadata_info{{{mine},task_arn="{revision}-{number}",revision="{revision}"}}': values,
    }


def tasks(service: str, values: str) -> Series:
    """All tasks of a service."""
    return {name: value for number in range(TASKS[service]) for name, value in task(service, number, values).items()}


def _without_tasks(series: Series) -> Series:
    """Leave out that the tasks run."""
    return {name: values for name, values in series.items() if not name.startswith("up{")}


def part(name: str, values: str) -> Series:
    return {f'up{{job="{name}"}}': values}


HEALTHY: Series = {
    name: value
    for series in (
        *(tasks(service, f"1x{HOURS}") for service in TASKS),
        *(part(name, f"1x{HOURS}") for name in ("alertmanager", "cloudwatch-exporter", "grafana")),
        _without_tasks(requests(succeed=f"0+600x{HOURS}")),
        alb("request_count_sum", f"3000x{HOURS}"),
        alb("request_count_sum", f"3000x{HOURS}", of=STOREFRONT),
        alb("healthy_host_count_minimum", f"2x{HOURS}", of=STOREFRONT),
        alb("un_healthy_host_count_maximum", f"0x{HOURS}", of=STOREFRONT),
        rds("free_storage_space_minimum", f"{20 * GIB}x{HOURS}"),
        rds("cpuutilization_average", f"20x{HOURS}"),
        {f'{name}{{job="postgres-exporter",service="orders"}}': f"1x{HOURS}" for name in ("up", "pg_up")},
        *(probe("success", f"1x{HOURS}", of=service) for service in (STOREFRONT, "grafana")),
        *(probe("ssl_earliest_cert_expiry", f"{90 * DAY}x{HOURS}", of=service) for service in (STOREFRONT, "grafana")),
    )
    for name, value in series.items()
}


@dataclass(frozen=True, kw_only=True)
class Incident:
    """`series` replace those of a healthy environment; `at` is the minute at which it is looked at."""

    series: Series
    at: int
    told: frozenset[str]
    silenced: frozenset[str] = frozenset()
    told_before: frozenset[str] = frozenset()
    """What is over by then, or was told of before its cause could be known."""
    rings: frozenset[str] = frozenset()
    """CloudWatch's alarms on the storefront that ring over its series, by the ends of their names."""


INCIDENTS: dict[str, Incident] = {
    "no task is left": Incident(
        series={
            **tasks(STOREFRONT, "1x60 stale"),
            **_without_tasks(requests(succeed="0+600x60 stale")),
            **alb("httpcode_elb_5_xx_count_sum", "0x60 3000x60"),
            **alb("request_count_sum", "3000x60 0x60"),
            **probe("success", "1x60 0x60"),
        },
        at=90,
        told=frozenset({"ServiceDown critical storefront"}),
        silenced=frozenset(
            {
                "ErrorBudgetBurn critical storefront",
                "ErrorBudgetBurn warning storefront",
                "LoadBalancerRefuses critical edge",
                "ServiceProbeFailing critical storefront",
            }
        ),
    ),
    "a release does not pass its health check": Incident(
        series={
            **alb("healthy_host_count_minimum", "2x60 0x60", of=STOREFRONT),
            **alb("un_healthy_host_count_maximum", "0x60 2x60", of=STOREFRONT),
            **alb("httpcode_target_5_xx_count_sum", "0x60 1500x60", of=STOREFRONT),
            **_without_tasks(requests(succeed="0+600x60 36000+300x60", fail="0x60 0+300x60")),
            **task(STOREFRONT, 0, "_x60 1x60", revision=8),
        },
        at=110,
        told=frozenset({"NoHealthyTask critical storefront"}),
        silenced=frozenset(
            {
                "ErrorBudgetBurn critical storefront",
                "ErrorBudgetBurn warning storefront",
                "ServiceHighErrorRate critical storefront",
                "ServiceRolloutStuck warning storefront",
                "UnhealthyTasks warning storefront",
            }
        ),
        rings=frozenset({"5xx", "unhealthy"}),
    ),
    "tasks hang": Incident(
        series={
            **_without_tasks(requests(succeed="0+600x60 36000x60")),
            **probe("success", "1x60 0x60"),
            # CloudWatch's figures are late, those of health checks by less.
            **alb("healthy_host_count_minimum", "2x63 0x60", of=STOREFRONT),
            **alb("un_healthy_host_count_maximum", "0x63 2x60", of=STOREFRONT),
            **alb("httpcode_elb_5_xx_count_sum", "0x66 3000x60"),
        },
        at=90,
        told=frozenset({"ServiceProbeFailing critical storefront"}),
        silenced=frozenset(
            {
                "ErrorBudgetBurn critical storefront",
                "ErrorBudgetBurn warning storefront",
                "LoadBalancerRefuses critical edge",
                "NoHealthyTask critical storefront",
                "UnhealthyTasks warning storefront",
            }
        ),
        rings=frozenset({"unhealthy"}),
    ),
    "a zone is gone": Incident(
        series={**task(ORDERS, 1, "1x60 stale"), **task(STOREFRONT, 1, "1x60 stale")},
        at=90,
        told=frozenset({"ServiceReplicasMismatch warning orders", "ServiceReplicasMismatch warning storefront"}),
    ),
    "a database's disk fills": Incident(
        series=rds("free_storage_space_minimum", f"{10 * GIB}-{GIB // 40}x{HOURS}"),
        at=390,
        told=frozenset({"DatabaseDiskNearlyFull critical orders"}),
        told_before=frozenset({"DatabaseDiskFillsUp warning orders"}),
        silenced=frozenset({"DatabaseDiskFillsUp warning orders"}),
    ),
    "a slow database makes requests fail": Incident(
        series={
            **rds("cpuutilization_average", "20x60 99x90"),
            **_without_tasks(requests(succeed="0+600x60 36000+500x90", fail="0x60 0+100x90")),
            # CloudWatch's figures are late.
            **alb("httpcode_target_5_xx_count_sum", "0x63 500x90", of=STOREFRONT),
        },
        at=110,
        told=frozenset({"DatabaseProcessorNearlyFull warning orders", "ErrorBudgetBurn critical storefront"}),
        silenced=frozenset({"ErrorBudgetBurn warning storefront", "ServiceHighErrorRate critical storefront"}),
        rings=frozenset({"5xx"}),
    ),
    "requests fail now and then": Incident(
        series=_without_tasks(requests(succeed=f"0+6000x{HOURS}", fail=f"0+24x{HOURS}")),
        at=180,
        told=frozenset({"ErrorBudgetBurn warning storefront"}),
    ),
    "the gateway to outside has no port left": Incident(
        series={
            'aws_natgateway_error_port_allocation_sum{dimension_nat_gateway_id="nat-1"}': "0x60 900x60",
            'aws_natgateway_packets_drop_count_sum{dimension_nat_gateway_id="nat-1"}': "0x60 2000x60",
        },
        at=100,
        told=frozenset({"NatHasNoPortLeft critical network"}),
        silenced=frozenset({"NatDropsPackets warning network"}),
    ),
    "OpenSearch is away": Incident(
        series={
            **delivered(records="0+100x60 6000x60", retried="0x60 0+50x60"),
            **router("output_chunk_available_capacity_percent", "100x60 10x60"),
        },
        at=100,
        told=frozenset({"LogsNotDelivered warning orders"}),
        # The buffer may be full before it is certain that nothing arrives.
        told_before=frozenset({"LogBufferNearlyFull warning orders"}),
        silenced=frozenset({"LogBufferNearlyFull warning orders"}),
    ),
    "Prometheus is killed again and again": Incident(
        series={
            **own("process_start_time_seconds", "100x60 200x5 300x5 400x5 500x5 600x20"),
            **own("process_resident_memory_bytes", f"{GIB}x60 {int(1.95 * GIB)}x40"),
        },
        at=92,
        told=frozenset({"PrometheusCrashLooping warning monitoring"}),
        told_before=frozenset({"PrometheusMemoryNearlyFull warning monitoring"}),
        silenced=frozenset({"PrometheusMemoryNearlyFull warning monitoring"}),
    ),
    "Grafana is gone": Incident(
        series={
            **tasks("grafana", "1x60 stale"),
            **part("grafana", "1x60 stale"),
            **probe("success", "1x60 0x60", of="grafana"),
        },
        at=90,
        told=frozenset({"ServiceDown critical grafana"}),
        silenced=frozenset({"ServiceProbeFailing critical grafana", "TargetDown warning grafana"}),
    ),
    "the certificate has expired": Incident(
        series={
            **_without_tasks(requests(succeed="0+600x60 36000x60")),
            **probe("success", "1x60 0x60"),
            **probe("success", "1x60 0x60", of="grafana"),
            **probe("ssl_earliest_cert_expiry", f"{HOUR}x60 stale"),
            **probe("ssl_earliest_cert_expiry", f"{HOUR}x60 stale", of="grafana"),
        },
        at=90,
        told=frozenset({"AllProbesFailing critical edge"}),
        told_before=frozenset({"CertificateExpiresSoon critical edge"}),
        silenced=frozenset(
            {
                "ErrorBudgetBurn critical storefront",
                "ErrorBudgetBurn warning storefront",
                "ServiceProbeFailing critical grafana",
                "ServiceProbeFailing critical storefront",
            }
        ),
    ),
    "the certificate was not renewed": Incident(
        series={
            **probe("ssl_earliest_cert_expiry", f"{2 * DAY}x{HOURS}"),
            **probe("ssl_earliest_cert_expiry", f"{2 * DAY}x{HOURS}", of="grafana"),
        },
        at=90,
        told=frozenset({"CertificateExpiresSoon critical edge"}),
        silenced=frozenset({"CertificateExpiresSoon warning edge"}),
    ),
    "the rule of a service is gone from the load balancer": Incident(
        series={**_without_tasks(requests(succeed="0+600x60 36000x60")), **probe("success", "1x60 0x60")},
        at=90,
        told=frozenset({"ServiceProbeFailing critical storefront"}),
        silenced=frozenset({"ErrorBudgetBurn critical storefront", "ErrorBudgetBurn warning storefront"}),
    ),
    "nobody asks the public hosts": Incident(
        series={**probe("success", "1x60 stale"), **probe("success", "1x60 stale", of="grafana")},
        at=90,
        told=frozenset({"ProbesMissing warning cloudwatch-exporter"}),
    ),
}
