"""Alarms for when the monitoring itself is silent: no heartbeat, or no task of Prometheus or Alertmanager."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import ALERTMANAGER, PROMETHEUS
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.dead_mans_switch import DeadMansSwitch
from modules.monitoring.heartbeat import Heartbeat
from modules.monitoring.silent_by_day import SilentByDay


def watch_for_silence(scope: Construct, *, environment: Environment, topic: AlertTopic) -> Heartbeat:
    """Build the alarms in the scope, and return the heartbeat that Alertmanager publishes.

    With office hours none tells by itself, and one that is composed of them does by day.
    """
    by_day = environment.monitoring_hours is not None
    heartbeat = Heartbeat(scope, "heartbeat", environment=environment, alerts=topic, told=not by_day)
    told, alarms = None if by_day else topic, [heartbeat.alarm]
    for service in (PROMETHEUS, ALERTMANAGER):
        switch = DeadMansSwitch(
            scope, f"{service}-silent", environment_name=environment.name, service=service, topic=told
        )
        alarms.append(switch.alarm)
    if by_day:
        SilentByDay(scope, "silent-by-day", environment=environment, alarms=alarms, topic=topic)
    return heartbeat
