"""Prometheus, Alertmanager, Grafana and the CloudWatch exporter."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.models.environment.platform_service import (
    ALERTMANAGER,
    CLOUDWATCH_EXPORTER,
    GRAFANA,
    PROMETHEUS,
    PlatformService,
    alertmanager,
    cloudwatch_exporter,
    grafana,
    prometheus,
)
from modules.data.generated_secret import GeneratedSecret
from modules.ecs.task import Task
from modules.edge.load_balancer import LoadBalancer
from modules.logging.log_collection import LogCollection
from modules.monitoring import policies as monitoring_rights
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.database_events import DatabaseEvents
from modules.monitoring.dead_mans_switch import DeadMansSwitch
from modules.monitoring.failed_jobs import FailedJobs
from modules.monitoring.heartbeat import Heartbeat
from modules.monitoring.silent_by_day import SilentByDay
from modules.network.security_group import SecurityGroup
from modules.workload.runtime import EcsRuntime
from modules.workload.workload import Workload
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
        environment, tags = runtime.environment, runtime.image_tags
        super().__init__(scope, name="monitoring", environment=environment)
        self._runtime = runtime
        topic, hours = AlertTopic(self, "alerts", environment=environment), environment.monitoring_hours
        heartbeat = Heartbeat(self, "heartbeat", environment=environment, alerts=topic, told=hours is None)

        measures = self._on_disk(prometheus(environment, tags[PROMETHEUS]), "/prometheus", runtime.scraper)
        measures.roles.allow("discovery", *monitoring_rights.discovery(environment))
        alerts = self._on_disk(alertmanager(environment, tags[ALERTMANAGER]), "/alertmanager")
        alerts.roles.allow("publish", *topic.publish_rights, *heartbeat.publish_rights)
        exporter = self._workload(cloudwatch_exporter(tags[CLOUDWATCH_EXPORTER]))
        self._keep_hours(exporter, exporter.run_on_fargate())
        exports = exporter.task
        exports.roles.allow("metrics", *monitoring_rights.metrics())
        shows = self._grafana(load_balancer, logs)

        measures.call([alerts, exports, shows])
        shows.call([measures, alerts])
        FailedJobs(self, "failed-jobs", environment=environment, topic=topic)
        DatabaseEvents(self, "database-events", environment=environment, topic=topic)
        switches = [
            DeadMansSwitch(
                self,
                f"{service}-silent",
                environment_name=environment.name,
                service=service,
                topic=None if hours else topic,
            )
            for service in (PROMETHEUS, ALERTMANAGER)
        ]
        if hours:
            alarms = [heartbeat.alarm, *(switch.alarm for switch in switches)]
            SilentByDay(self, "silent-by-day", environment=environment, alarms=alarms, topic=topic)

    def _on_disk(self, settings: PlatformService, disk: str, *more: SecurityGroup) -> Task:
        workload = self._workload(settings, disk=disk)
        self._keep_hours(workload, workload.run_on_disk(*more))
        return workload.task

    def _grafana(self, load_balancer: LoadBalancer, logs: Mapping[str, LogCollection]) -> Task:
        environment = self._runtime.environment
        password = GeneratedSecret(
            self,
            "grafana-password",
            name=environment.secret_name(GRAFANA, "admin-password"),
            environment=environment,
            encryption_key=self._runtime.encryption_key,
            description=f"Grafana of {environment.name}: the password of admin",
        )
        workload = self._workload(
            grafana(environment, self._runtime.image_tags[GRAFANA]),
            generated={"GF_SECURITY_ADMIN_PASSWORD": password},
            # docker/grafana's start.sh makes data sources of them; a task definition's 64 KB hold some 500.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
            variables={"LOGS_COLLECTIONS": " ".join(f"{name}={logs[name].host}" for name in sorted(logs))},
        )
        route = workload.route_from(load_balancer, name=environment.qualify(GRAFANA))
        self._keep_hours(workload, workload.run_on_fargate(route=route))
        roles = workload.task.roles
        roles.allow("dashboards", *monitoring_rights.dashboards(environment))
        if logs:
            roles.allow("logs", monitoring_rights.log_collections([logs[name].arn for name in sorted(logs)]))
        return workload.task

    def _keep_hours(self, workload: Workload, service: EcsService) -> None:
        if hours := self._runtime.environment.monitoring_hours:
            workload.keep_hours(service, hours)

    def _workload(
        self,
        settings: PlatformService,
        *,
        disk: str | None = None,
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Workload:
        workload = Workload(
            Construct(self, settings.name),
            runtime=self._runtime,
            generated=generated,
            variables=variables,
            disk=disk,
            settings=settings,
        )
        # Prometheus calls them itself, on the port of each.
        workload.task.allow_scraping(self._runtime.scraper, metrics_port=None)
        return workload
