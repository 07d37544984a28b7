"""Prometheus, Alertmanager, Grafana and the CloudWatch exporter."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import (
    ALERTMANAGER,
    CLOUDWATCH_EXPORTER,
    ECS_EXPORTER,
    GRAFANA,
    GRAFANA_ROUTE,
    PORTS,
    PROMETHEUS,
    PlatformService,
    alertmanager,
    cloudwatch_exporter,
    grafana,
    prometheus,
)
from modules.data.generated_secret import GeneratedSecret
from modules.ecs.disk_service import DiskService
from modules.ecs.service_discovery import register
from modules.ecs.task import Task
from modules.edge.web_route import WebRoute
from modules.logging.log_collection import LogCollection
from modules.monitoring import policies as monitoring_rights
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.dead_mans_switch import DeadMansSwitch
from modules.monitoring.failed_jobs import FailedJobs
from modules.monitoring.heartbeat import Heartbeat
from modules.network.security_group import SecurityGroup
from modules.rollouts.rollout_check import RolloutCheck
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack
from stacks.on_fargate import route_to, run_on_fargate
from stacks.platform_stack import PlatformStack


class MonitoringStack(PlatformStack):
    """Nothing depends on it: services deploy whether it is well or not.

    `tags` has the tag of each platform image by its name: what is in an image decides it, so a service that is renamed
    or an alert that changes is a new task of Prometheus, and of nothing else. `logs` are the log collections by their
    service, which Grafana reads: one that comes or goes is a new task of Grafana as well, of the same image.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        tags: Mapping[str, str],
        network: NetworkStack,
        cluster: ClusterStack,
        edge: EdgeStack,
        logs: Mapping[str, LogCollection],
    ) -> None:
        super().__init__(scope, name="monitoring", environment=environment)
        self._environment, self._network, self._cluster = environment, network, cluster
        self._exporter = tags[ECS_EXPORTER]
        topic = AlertTopic(self, "alerts", environment=environment)
        password = GeneratedSecret(
            self,
            "grafana-password",
            name=environment.secret_name(GRAFANA, "admin-password"),
            environment=environment,
            encryption_key=network.encryption_key,
            description=f"Grafana of {environment.name}: the password of admin",
        )

        measures = self._on_disk(prometheus(environment, tags[PROMETHEUS]), "/prometheus", cluster.scraper)
        measures.roles.allow("discovery", *monitoring_rights.discovery(environment))
        alerts = self._on_disk(alertmanager(environment, tags[ALERTMANAGER]), "/alertmanager")
        heartbeat = Heartbeat(self, "heartbeat", environment=environment, alerts=topic)
        alerts.roles.allow("publish", *topic.publish_rights, *heartbeat.publish_rights)
        exports = self._on_fargate(cloudwatch_exporter(tags[CLOUDWATCH_EXPORTER]))
        exports.roles.allow("metrics", *monitoring_rights.metrics())
        shows = self._on_fargate(
            grafana(environment, tags[GRAFANA]),
            edge=edge,
            generated={"GF_SECURITY_ADMIN_PASSWORD": password},
            # docker/grafana's start.sh makes data sources of them; a task definition's 64 KB hold some 500.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
            variables={"LOGS_COLLECTIONS": " ".join(f"{name}={logs[name].host}" for name in sorted(logs))},
        )
        shows.roles.allow("dashboards", *monitoring_rights.dashboards(environment))
        if logs:
            arns = [logs[name].arn for name in sorted(logs)]
            shows.roles.allow("logs", monitoring_rights.log_collections(arns))

        measures.call([alerts, exports, shows])
        shows.call([measures, alerts])
        FailedJobs(self, "failed-jobs", environment=environment, topic=topic)
        for service in (PROMETHEUS, ALERTMANAGER):
            DeadMansSwitch(self, f"{service}-silent", environment_name=environment.name, service=service, topic=topic)

    def _on_disk(self, settings: PlatformService, disk: str, *more: SecurityGroup) -> Task:
        scope = Construct(self, settings.name)
        task = self._task(scope, settings, disk=disk)
        disk_service = DiskService(
            scope,
            "disk-service",
            name=settings.name,
            environment=self._environment,
            vpc=self._network.vpc,
            cluster=self._cluster.cluster,
            task=task,
            registration=register(scope, "registration", name=settings.name, namespace=self._cluster.namespace),
            firewalls=[task.security_group, *more],
        )
        RolloutCheck(
            scope,
            "deployment",
            environment=self._environment,
            rollouts=self._cluster.rollouts,
            service=disk_service.service,
            task=task,
            settings=settings,
        )
        return task

    def _on_fargate(
        self,
        settings: PlatformService,
        *,
        edge: EdgeStack | None = None,
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Task:
        scope = Construct(self, settings.name)
        task = self._task(scope, settings, generated=generated, variables=variables)
        route = self._route(scope, settings, task, edge) if edge else None
        run_on_fargate(
            task,
            scope=scope,
            environment=self._environment,
            network=self._network,
            cluster=self._cluster,
            registration=register(scope, "registration", name=settings.name, namespace=self._cluster.namespace),
            route=route,
            alarms=None,
            spot_percent=0,  # what says that something is wrong is not stopped to save money
            settings=settings,
        )
        return task

    def _task(
        self,
        scope: Construct,
        settings: PlatformService,
        *,
        disk: str | None = None,
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Task:
        task = Task(
            scope,
            "task",
            environment=self._environment,
            vpc=self._network.vpc,
            log_key=self._network.log_key,
            cluster=self._cluster.cluster,
            generated=generated,
            variables=variables,
            disk=disk,
            exporter=self._exporter,
            settings=settings,
        )
        task.allow_scraping(self._cluster.scraper, metrics_port=None)
        return task

    def _route(self, scope: Construct, settings: PlatformService, task: Task, edge: EdgeStack) -> WebRoute:
        return route_to(
            task,
            PORTS[settings.name],
            scope=scope,
            name=self._environment.qualify(settings.name),
            route=GRAFANA_ROUTE,
            environment=self._environment,
            network=self._network,
            edge=edge,
            settings=settings,
        )
