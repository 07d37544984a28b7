"""Prometheus, Alertmanager, Grafana and the CloudWatch exporter."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from modules.ecs.failed_snapshots import FailedSnapshots
from modules.edge.load_balancer import LoadBalancer
from modules.logging.log_collection import LogCollection
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.database_events import DatabaseEvents
from modules.monitoring.failed_backups import FailedBackups
from modules.monitoring.failed_jobs import FailedJobs
from modules.monitoring.silence import watch_for_silence
from modules.monitoring.spot_interruptions import SpotInterruptions
from modules.monitoring_services.alertmanager import Alertmanager
from modules.monitoring_services.cloudwatch_exporter import CloudwatchExporter
from modules.monitoring_services.grafana import Grafana
from modules.monitoring_services.prometheus import Prometheus
from modules.workload.runtime import EcsRuntime
from stacks.platform_stack import PlatformStack


class MonitoringStack(PlatformStack):
    """Nothing depends on it: services deploy whether it is well or not.

    What is in an image decides its tag, so a service that is renamed or an alert that changes is a new task of
    Prometheus, and of nothing else. `logs` are the log collections by their service, which Grafana reads: one that
    comes or goes is a new task of Grafana as well, of the same image.
    """

    def __init__(
        self, scope: Construct, *, runtime: EcsRuntime, load_balancer: LoadBalancer, logs: Mapping[str, LogCollection]
    ) -> None:
        environment = runtime.environment
        super().__init__(scope, name="monitoring", environment=environment)
        topic = AlertTopic(self, "alerts", environment=environment)
        heartbeat = watch_for_silence(self, environment=environment, topic=topic)

        prometheus = Prometheus(self, runtime=runtime)
        alertmanager = Alertmanager(self, runtime=runtime, topic=topic, heartbeat=heartbeat)
        own_task = not environment.monitoring.single_task
        exporters = [CloudwatchExporter(self, runtime=runtime).task] if own_task else []
        grafana = Grafana(self, runtime=runtime, load_balancer=load_balancer, logs=logs)
        prometheus.task.call([alertmanager.task, *exporters, grafana.task])
        grafana.task.call([prometheus.task, alertmanager.task])

        FailedJobs(self, "failed-jobs", environment=environment, topic=topic)
        DatabaseEvents(self, "database-events", environment=environment, topic=topic)
        SpotInterruptions(self, "spot-interruptions", environment=environment, topic=topic)
        if environment.cluster.ec2.data_snapshot_retention_days:
            disks = runtime.cluster.ec2.disks
            FailedSnapshots(self, "failed-snapshots", environment=environment, topic=topic, disks=disks)
        if environment.backups:
            FailedBackups(self, "failed-backups", environment=environment, topic=topic)
