"""Conflicts between a service's log settings and the log store of its environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.environment.environment import Environment
from config.models.service.logs import LONGEST_RETENTION_DAYS, LogDestination
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def log_conflicts(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Every such field, in each environment whose store of logs is the wrong one for it."""
    stores = environment.place("logging.destination", "logging")
    for service in services:
        logs, destination = service.settings.logs, environment.settings.logging.destination_of(service.settings)
        because = None if logs.destination or stores.missing else stores
        if destination is LogDestination.OPENSEARCH and logs.retention_days > LONGEST_RETENTION_DAYS:
            yield service.problem(
                "logs.retention_days",
                message=f"logs.retention_days: OpenSearch Serverless keeps nothing for {logs.retention_days} days",
                conflicts_with=because,
                allowed=f"up to {LONGEST_RETENTION_DAYS} days, or `destination: cloudwatch`",
                fix="write a smaller number, or `destination: cloudwatch` under `logs:`",
            )
        if destination is LogDestination.OPENSEARCH and "log_class" in logs.model_fields_set:
            yield service.problem(
                "logs.log_class",
                message="logs.log_class: a log in OpenSearch has no log class",
                conflicts_with=because,
                allowed="only with `destination: cloudwatch`",
                fix="write `destination: cloudwatch` under `logs:`, or remove the line",
            )
        elif destination is LogDestination.CLOUDWATCH:
            # Nothing stands between a task and CloudWatch: what was to be hidden would be read by everybody.
            for field in ("mask", "parser"):
                if field in logs.model_fields_set:
                    yield service.problem(
                        f"logs.{field}",
                        message=f"logs.{field}: nothing reads the lines on their way to CloudWatch",
                        conflicts_with=because,
                        allowed="only with `destination: opensearch`",
                        fix="write `destination: opensearch` under `logs:`, or remove the line",
                    )
