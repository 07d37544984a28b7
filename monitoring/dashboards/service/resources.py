"""Resources and scrapes of one service."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.services import disk_share, memory_share, memory_used, processor_share
from monitoring.dashboards.rendering.panel import Query, Row, TimeSeries

SERVICE = 'service="$service"'
ITS = f"{{{SERVICE}}}"
WITHIN = "$__rate_interval"
EACH = "{{task_ip}}"
SENT = "/ sent$/"


def _share(title: str, expr: str, description: str = "") -> TimeSeries:
    queries = (Query(expr=expr, legend=EACH),)
    return TimeSeries(title=title, unit=units.PercentUnit, queries=queries, description=description, full=1)


def _network(*what: str) -> tuple[Query, Query]:
    """Return the traffic of each task, both ways; several counters are added up."""

    def total(way: str) -> str:
        return " + ".join(f"sum by (task_ip) (rate(ecs_network_{way}_{each}{ITS}[{WITHIN}]))" for each in what)

    return (
        Query(expr=total("receive"), legend=f"{EACH} received"),
        Query(expr=total("transmit"), legend=f"{EACH} sent"),
    )


RESOURCES = Row(
    title="Processor, memory, network and disk",
    panels=(
        _share("Processor of each task", processor_share(ITS, within=WITHIN), "Of what the task may use at most."),
        _share("Memory of each task", memory_share(ITS), "At 100 % the kernel kills its container."),
        _share("Disk of each task", disk_share(ITS), "On Fargate, image included; when it is full, writes fail."),
        TimeSeries(
            title="Processor by container",
            unit="suffix:vCPU",
            queries=(
                Query(
                    expr=f"sum by (container_name) (rate(ecs_container_cpu_usage_seconds_total{ITS}[{WITHIN}]))",
                    legend="{{container_name}}",
                ),
                Query(expr=f"sum(ecs_task_cpu_limit_vcpus{ITS})", legend="limit", is_limit=True),
            ),
            description="Of all tasks together.",
            stacked=True,
            width=6,
        ),
        TimeSeries(
            title="Memory by container",
            unit=units.BytesIEC,
            queries=(
                Query(expr=f"max by (container_name) ({memory_used(ITS)})", legend="{{container_name}}"),
                Query(
                    expr=f"min by (container_name) (ecs_container_memory_limit_bytes{ITS})",
                    legend="{{container_name}} may use",
                    is_limit=True,
                ),
            ),
            description="In the task where it uses most, without what is cached of files. A container without a limit "
            "of its own has its task's.",
            width=6,
        ),
        TimeSeries(
            title="Network",
            unit=units.BytesPerSecondSI,
            queries=_network("bytes_total"),
            description="Received above zero, sent below.",
            below_zero=SENT,
            width=6,
        ),
        TimeSeries(
            title="Packets lost",
            unit=units.PacketsPerSecond,
            queries=_network("packets_dropped_total", "errors_total"),
            description="Dropped, or with an error. Received above zero, sent below.",
            below_zero=SENT,
            width=6,
        ),
    ),
)

SCRAPING = Row(
    title="Scraping",
    panels=(
        TimeSeries(
            title="Tasks that answer Prometheus",
            unit=units.Short,
            queries=(
                Query(expr=f"sum by (job) (up{ITS})", legend="{{job}}"),
                Query(expr=f"count by (job) (up{ITS} == 0)", legend="{{job}} does not answer"),
            ),
            description="Job app is the service's own `metrics:`; ecs-exporter and fluent-bit stand beside it.",
        ),
        TimeSeries(
            title="How long an answer takes",
            unit=units.Seconds,
            queries=(Query(expr=f"max by (job) (scrape_duration_seconds{ITS})", legend="{{job}}"),),
            description="The slowest task. Prometheus waits ten seconds.",
        ),
        TimeSeries(
            title="Series",
            unit=units.Short,
            queries=(Query(expr=f"sum by (job) (scrape_samples_post_metric_relabeling{ITS})", legend="{{job}}"),),
            description="One that grows without end has a label with too many values.",
        ),
    ),
)
