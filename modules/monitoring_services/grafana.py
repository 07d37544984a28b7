"""Grafana as an ECS service behind the load balancer."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from config.models.environment.platform_service import CLOUDWATCH_EXPORTER, ECS_EXPORTER, GRAFANA, PORTS, grafana
from modules.data.generated_secret import GeneratedSecret
from modules.edge.load_balancer import LoadBalancer
from modules.logging.log_collection import LogCollection
from modules.monitoring import policies
from modules.monitoring_services.cloudwatch_exporter import host_exporters
from modules.monitoring_services.monitoring_service import MonitoringService
from modules.workload.runtime import EcsRuntime


class Grafana(MonitoringService):
    """It reads metrics, CloudWatch and the log collections; `logs` are these by their service.

    With `monitoring.single_task` the CloudWatch exporter and the blackbox exporter are containers of its task. They act
    by the task's role then, which may read logs as well: Grafana reads CloudWatch itself, so the role has all that the
    exporter needs, and ECS gives a task one role. A container of theirs that ends is restarted alone.
    """

    def __init__(
        self, scope: Construct, *, runtime: EcsRuntime, load_balancer: LoadBalancer, logs: Mapping[str, LogCollection]
    ) -> None:
        environment = runtime.environment
        password = GeneratedSecret(
            scope,
            "grafana-password",
            name=environment.secret_name(GRAFANA, "admin-password"),
            environment=environment,
            encryption_key=runtime.encryption_key,
            description=f"Grafana of {environment.name}: the password of admin",
            version=environment.monitoring.grafana.password_version,
        )
        beside = (CLOUDWATCH_EXPORTER, *host_exporters(environment)) if environment.monitoring.single_task else ()
        super().__init__(
            scope,
            runtime=runtime,
            exporters=(ECS_EXPORTER, *beside),
            generated={"GF_SECURITY_ADMIN_PASSWORD": password},
            # docker/grafana's start.sh makes data sources of them; a task definition's 64 KB hold some 500.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
            variables={"LOGS_COLLECTIONS": " ".join(f"{name}={logs[name].host}" for name in sorted(logs))},
            settings=grafana(environment, runtime.image_tags[GRAFANA]),
        )
        for name in beside:
            self.task.security_group.allow_from(runtime.scraper, PORTS[name], scope=self, id_=f"scrape-{name}")
        route = self._workload.route_from(load_balancer, name=environment.qualify(GRAFANA))
        self._keep_hours(self._workload.run_on_fargate(route=route))
        self.task.roles.allow("dashboards", *policies.dashboards(environment))
        if logs:
            arns = [logs[name].arn for name in sorted(logs)]
            self.task.roles.allow("logs", policies.log_collections(arns))
