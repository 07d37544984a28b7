"""The log of a service in CloudWatch Logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of, explained
from cli.errors import CommandError, UsageError
from cli.logs.level import Level
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord, from_event
from config.models.deploy_target import DeployTarget

PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 6})
"""FilterLogEvents is throttled at 10 calls a second for the whole account, which dashboards use up as well.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""

NEWEST_FIRST_FROM = datetime(2024, 1, 1, tzinfo=UTC)
"""Older records CloudWatch only shows oldest first; this platform has none."""


@dataclass(frozen=True)
class CloudWatchLogs:
    """A log group, or what one container wrote to it."""

    client: Any
    settings: DeployTarget
    service: str
    log_group: str
    stack: str
    """The stack that makes the log group."""
    container: str | None = None
    late: timedelta = timedelta(seconds=20)

    @classmethod
    def of(
        cls, settings: DeployTarget, service: str, *, log_group: str, stack: str, container: str | None = None
    ) -> CloudWatchLogs:
        """With a client of the environment's region."""
        client = boto3.client("logs", region_name=settings.region, config=PATIENT)
        return cls(client, settings, service, log_group, stack, container)

    @property
    def place(self) -> str:
        """The log group."""
        return f"the log group {self.log_group} in CloudWatch"

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Newest first, as CloudWatch has offered since 2026; a line without a level has that of the line above it."""
        events = (event for page in self._pages(query) for event in page)
        records = (
            from_event(event, service=self.service, environment=self.settings.name)
            for event in events
            if event.get("message", "").strip()
        )
        return records if query.level is None else at_least(query.level, records)

    def _pages(self, query: LogQuery) -> Iterator[list[Mapping[str, Any]]]:
        asked = {
            "logGroupName": self.log_group,
            "startTime": int(max(query.since, NEWEST_FIRST_FROM).timestamp() * 1000),
            "startFromHead": False,
            **({"logStreamNamePrefix": f"task/{self.container}/"} if self.container else {}),
            **({"filterPattern": query.query} if query.query else {}),
        }
        try:
            for page in self.client.get_paginator("filter_log_events").paginate(**asked):
                # Lines of one moment have the order of their ids, numbers of equal length.
                yield sorted(page["events"], key=lambda one: (one["timestamp"], int(one["eventId"])), reverse=True)
        except (BotoCoreError, ClientError) as error:
            raise self._explained(error, query) from error

    def _explained(self, error: BotoCoreError | ClientError, query: LogQuery) -> CommandError:
        account = self.settings.account_id
        if code_of(error) == "ResourceNotFoundException":
            return no_group(self.service, self.settings, self.log_group, self.stack)
        if code_of(error) == "InvalidParameterException" and query.query:
            return UsageError(
                f"--query: CloudWatch does not take this filter pattern: {error}\n  value: {query.query}\n"
                '  allowed: words that all occur, "a phrase", ?one ?or ?another, -without, { $.status = 500 }',
            )
        group = f"arn:aws:logs:{self.settings.region}:{account}:log-group:{self.log_group}:*"
        return explained(
            error, doing=f"read {self.place}", right=f"logs:FilterLogEvents on {group}", account_id=account
        )


def no_group(service: str, settings: DeployTarget, log_group: str, stack: str) -> CommandError:
    """Return the error of a log group that is not there."""
    return CommandError(
        f"{service} is not deployed in {settings.name}: there is no log group {log_group}",
        fix=f"groundwork deploy {settings.name} {stack}",
    )


def at_least(level: Level, records: Iterable[LogRecord]) -> Iterator[LogRecord]:
    """Join a stack trace to the error above it, which comes after it here."""
    waiting: dict[tuple[str, str], list[LogRecord]] = defaultdict(list)
    for record in records:
        below = waiting[(record.container, record.task)]
        if record.level is None:
            below.append(record)
            continue
        if record.level >= level:
            yield from below
            yield record
        below.clear()
