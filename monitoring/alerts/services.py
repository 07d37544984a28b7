"""Alerts about tasks: from the exporter beside each of them (ecs_exporter 0.4, ecscollector/collector.go)."""

from __future__ import annotations

from config.loader.platform import Deployment
from config.models.environment.platform_service import ECS_EXPORTER, ON_DISK, PROMETHEUS, ecs_services
from monitoring.alerts.alert import Alert, RuleGroup, Severity, any_of
from monitoring.scrape_limits import SAMPLE_LIMIT
from monitoring.thresholds import TASK_DISK, TASK_MEMORY, TASK_PROCESSOR

OF_A_TASK = "by (service, task_ip)"
ON_FARGATE = f'{{service!~"{any_of(ON_DISK)}"}}'
# A task that is about to stop has a second series, with another status.
TASKS = "group by (service, task_arn) ({})"


def services(deployment: Deployment) -> RuleGroup:
    """Build the alerts about services that should run and do not, or run short of something."""
    least = least_tasks(deployment)
    replicas = deployment.environment.monitoring.replicas
    replicated = dict.fromkeys(ON_DISK, replicas) if replicas > 1 else {}
    short = " or ".join(
        f'count by (service) (up{{job="{ECS_EXPORTER}",service="{name}"}}) < {tasks}'
        for name, tasks in (least | replicated).items()
        if tasks > 1
    )
    # Prometheus cannot tell that it is down itself.
    always = any_of((*least, *(name for name in ecs_services(deployment.environment) if name != PROMETHEUS)))
    alerts = [
        Alert(
            name="ServiceDown",
            # A dead service's name resolves to nothing, which Prometheus takes for no target, and `up` has no series.
            # Not by what the exporter says: when that fails, its tasks run on, and MetricsNotScraped tells.
            expr=f'group by (service) (present_over_time(up{{job="{ECS_EXPORTER}",service=~"{always}"}}[1d]))'
            f' unless group by (service) (up{{job="{ECS_EXPORTER}"}})',
            for_="5m",
            severity=Severity.CRITICAL,
            summary="No task of {{ $labels.service }} is running",
            description="It ran within the last day, and has had no task for five minutes.",
        ),
        Alert(
            name="ServiceCrashLooping",
            # However many run at once, a deploy or two show no more than twice as many; what is beyond has died.
            expr=f"count by (service) ({TASKS.format('present_over_time(ecs_task_metadata_info[30m])')})"
            f" > 2 * max_over_time(count by (service) ({TASKS.format('ecs_task_metadata_info')})[30m:1m]) + 2",
            for_="5m",
            severity=Severity.WARNING,
            summary="Tasks of {{ $labels.service }} keep dying",
            description="{{ $value }} of them have run within half an hour, more than deploys and scaling explain.",
        ),
        Alert(
            name="MetricsNotScraped",
            expr='count by (job, service) (up{job=~"app|ecs-exporter"} == 0) > 0',
            for_="10m",
            severity=Severity.WARNING,
            summary="{{ $value }} tasks of {{ $labels.service }} give Prometheus no metrics",
            description="Job {{ $labels.job }}: the tasks run, and their metrics do not answer.",
        ),
        Alert(
            name="PrometheusScrapeSampleLimitHit",
            # Prometheus says how many samples there were even when it keeps none of them.
            expr=f'max by (service) (scrape_samples_scraped{{job="app"}}) > {SAMPLE_LIMIT}',
            for_="5m",
            severity=Severity.WARNING,
            summary="{{ $labels.service }} has {{ $value }} series in one task, and none of them is kept",
            description=f"More than {SAMPLE_LIMIT} would endanger the memory of all services' Prometheus.",
        ),
        Alert(
            name="TaskMemoryNearlyFull",
            # On the instance with the disk the exporter cannot tell what is cached of files from what is used.
            expr=f"max by (service) ({memory_share(ON_FARGATE)}) > {TASK_MEMORY.critical}",
            for_="15m",
            severity=Severity.WARNING,
            summary="A task of {{ $labels.service }} uses {{ $value | humanizePercentage }} of its memory",
            description="At 100 % the kernel kills its container.",
        ),
        Alert(
            name="ServiceProcessorNearlyFull",
            expr=f"avg by (service) ({processor_share()}) > {TASK_PROCESSOR.critical}",
            for_="30m",
            severity=Severity.WARNING,
            summary="The tasks of {{ $labels.service }} use {{ $value | humanizePercentage }} of their processors",
            description="On average over all of them, although more should have been started.",
        ),
        Alert(
            name="TaskDiskNearlyFull",
            expr=f"max by (service) ({disk_share()}) > {TASK_DISK.critical}",
            for_="10m",
            severity=Severity.WARNING,
            summary="A task of {{ $labels.service }} has filled {{ $value | humanizePercentage }} of its disk",
            description="The disk of a Fargate task, image included; when it is full, writes fail.",
        ),
        Alert(
            name="ServiceRolloutStuck",
            expr="count by (service) (count by (service, revision) (ecs_task_metadata_info)) > 1",
            for_="45m",
            severity=Severity.WARNING,
            summary="{{ $labels.service }} runs in {{ $value }} revisions at once",
            description="A deploy has neither ended nor been rolled back for 45 minutes.",
        ),
    ]
    if short:
        alerts.append(
            Alert(
                name="ServiceReplicasMismatch",
                expr=short,
                for_="15m",
                severity=Severity.WARNING,
                summary="Only {{ $value }} tasks of {{ $labels.service }} are running",
                description="Fewer than its `scaling.min_tasks`."
                + (" Of Prometheus or Alertmanager: than `monitoring.replicas`." if replicated else ""),
            )
        )
    return RuleGroup(name="services", alerts=tuple(alerts))


def memory_share(of: str = "") -> str:
    """Return the share of its memory that each task uses; `of` selects tasks, such as {service="orders"}."""
    return f"sum {OF_A_TASK} ({memory_used(of)}) / max {OF_A_TASK} (ecs_task_memory_limit_bytes{of})"


def memory_used(of: str = "") -> str:
    """Return the memory of each container without its page cache, which is given back when needed."""
    return f"ecs_container_memory_usage_bytes{of} - ecs_container_memory_page_cache_size_bytes{of}"


def processor_share(of: str = "", *, within: str = "5m") -> str:
    """Return the share of its processor that each task uses."""
    used = f"rate(ecs_container_cpu_usage_seconds_total{of}[{within}])"
    return f"sum {OF_A_TASK} ({used}) / max {OF_A_TASK} (ecs_task_cpu_limit_vcpus{of})"


def disk_share(of: str = "") -> str:
    """Return the share of its disk that each Fargate task uses."""
    return f"ecs_task_ephemeral_storage_used_bytes{of} / ecs_task_ephemeral_storage_allocated_bytes{of}"


def least_tasks(deployment: Deployment) -> dict[str, int]:
    """Return the fewest tasks of each service at any hour, of those that always have one."""
    if deployment.environment.office_hours:
        return {}
    for_ = (service for service in deployment.services if service.kind.keeps_running)
    return {service.name: service.scaling.least_tasks for service in for_ if service.scaling.least_tasks}
