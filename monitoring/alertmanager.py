"""Alertmanager: who is told of an alert, when, and once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.loader.platform import Deployment
from config.models.environment.environment import Environment
from config.models.environment.receiver import HEARTBEAT, QuietHours, Receiver, ReceiverType
from monitoring.alerts.alert import WATCHDOG
from monitoring.inhibition import inhibit_rules
from monitoring.receivers import TOPIC, heartbeat_receiver, receiver_config, topic_receiver
from monitoring.yaml_text import yaml_text

CONFIG = "/etc/alertmanager/alertmanager.yml"
QUIET_HOURS = "quiet-hours"
MIDNIGHT, END_OF_DAY = "00:00", "24:00"
# What is critical is repeated while nobody has mended it, what waits for the morning once a day.
REPEAT = {"critical": "4h", "warning": "24h"}

Route = dict[str, Any]

# Nothing but the heartbeat: whoever gets it wants no other alert, and nobody else wants it.
HEARTBEAT_ROUTE: Route = {
    "receiver": HEARTBEAT,
    "matchers": [f'alertname="{WATCHDOG}"'],
    "group_wait": "0s",
    "group_interval": "1m",
    "repeat_interval": "2m",
}


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """Render alertmanager.yml. It has no variable, for Alertmanager expands none, and no secret but names of files."""
    environment = deployment.environment
    monitoring = environment.monitoring
    others = {name: one for name, one in monitoring.receivers.items() if one.type is not ReceiverType.MAIL}
    config = {
        "route": {
            "receiver": TOPIC,
            # What has no service says which part of the platform it is about.
            "group_by": ["service", "component"],
            # By then a cause has come, which silences the symptoms that were seen first.
            "group_wait": "1m",
            "group_interval": "5m",
            "repeat_interval": REPEAT["critical"],
            "routes": [HEARTBEAT_ROUTE, *_routes(environment, others)],
        },
        "receivers": [
            topic_receiver(environment),
            heartbeat_receiver(environment),
            *(receiver_config(name, one) for name, one in others.items()),
        ],
        "inhibit_rules": inhibit_rules(),
        **({"time_intervals": [_interval(monitoring.quiet_hours)]} if monitoring.quiet_hours else {}),
    }
    comment = f"Alertmanager of {environment.name}; rendered by monitoring/alertmanager.py"
    return {CONFIG: yaml_text(config, comment=comment)}


def _routes(environment: Environment, receivers: Mapping[str, Receiver]) -> Iterator[Route]:
    """One for each receiver and severity; an alert takes every one that matches."""
    monitoring = environment.monitoring
    for severity in REPEAT:
        yield _route(TOPIC, severity, [], monitoring.quiet_hours)
    for name, receiver in receivers.items():
        if receiver.owners:
            whose = [f'owner=~"{"|".join(receiver.owners)}"']
        else:
            named = "|".join(monitoring.owners_told)
            whose = [f'owner!~"{named}"'] if named else []
        for severity in REPEAT:
            if severity in receiver.told_of:
                yield _route(name, severity, whose, monitoring.quiet_hours)


def _route(receiver: str, severity: str, whose: list[str], quiet_hours: QuietHours | None) -> Route:
    waits = severity == "warning" and quiet_hours is not None
    return {
        "receiver": receiver,
        "matchers": [f'severity="{severity}"', *whose],
        "repeat_interval": REPEAT[severity],
        "continue": True,
        **({"mute_time_intervals": [QUIET_HOURS]} if waits else {}),
    }


def _interval(quiet: QuietHours) -> dict[str, Any]:
    """Return the hours as Alertmanager has them: within one day, so that a night is two of them."""
    start, stop = f"{quiet.start:%H:%M}", f"{quiet.stop:%H:%M}"
    spans = [(start, stop)] if quiet.start < quiet.stop else [(start, END_OF_DAY), (MIDNIGHT, stop)]
    times = [{"start_time": begin, "end_time": end} for begin, end in spans if begin != end]
    # UTC is Alertmanager's own, for which it needs no table of time zones.
    clock = {} if quiet.timezone == "UTC" else {"location": quiet.timezone}
    return {"name": QUIET_HOURS, "time_intervals": [{"times": times, **clock}]}
