"""Alertmanager as an ECS service, on each of the environment's instances with a disk."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.platform_service import ALERTMANAGER, GOSSIP_PORT, alertmanager
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.heartbeat import Heartbeat
from modules.monitoring_services.monitoring_service import MonitoringService
from modules.workload.runtime import EcsRuntime


class Alertmanager(MonitoringService):
    """It publishes to the topic of alerts and to that of the heartbeat, and to nothing else in AWS.

    Replicas tell each other what they have sent, so that nobody is told twice.
    https://prometheus.io/docs/alerting/latest/high_availability/
    """

    def __init__(self, scope: Construct, *, runtime: EcsRuntime, topic: AlertTopic, heartbeat: Heartbeat) -> None:
        settings = alertmanager(runtime.environment, runtime.image_tags[ALERTMANAGER])
        super().__init__(scope, runtime=runtime, disk="/alertmanager", settings=settings)
        if runtime.environment.monitoring.replicas > 1:
            group = self.task.security_group
            for protocol in ("tcp", "udp"):
                group.allow_from(group, GOSSIP_PORT, scope=self, id_=f"gossip-{protocol}", protocol=protocol)
        self._keep_hours(self._workload.run_on_disk())
        self.task.roles.allow("publish", *topic.publish_rights, *heartbeat.publish_rights)
