"""A log group in CloudWatch: what its readers have in common, whichever class it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of, explained
from cli.errors import CommandError
from cli.logs.level import Level
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord, from_event
from config.models.deploy_target import DeployTarget

PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 6})
"""FilterLogEvents is throttled at 10 calls a second for the whole account, which dashboards use up as well.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""


@dataclass(frozen=True)
class LogGroup:
    """A log group, or what one container wrote to it."""

    client: Any
    settings: DeployTarget
    service: str
    log_group: str
    stack: str
    """The stack that makes the log group."""
    container: str | None = None

    @classmethod
    def of(
        cls, settings: DeployTarget, service: str, *, log_group: str, stack: str, container: str | None = None
    ) -> Self:
        """With a client of the environment's region."""
        client = boto3.client("logs", region_name=settings.region, config=PATIENT)
        return cls(client, settings, service, log_group, stack, container)

    @property
    def place(self) -> str:
        """The log group."""
        return f"the log group {self.log_group} in CloudWatch"

    def records(self, events: Iterable[Mapping[str, Any]], query: LogQuery) -> Iterator[LogRecord]:
        """Return the records of events, newest first, that are not empty and of the level that is asked for."""
        records = (
            from_event(event, service=self.service, environment=self.settings.name)
            for event in events
            if event.get("message", "").strip()
        )
        return records if query.level is None else _at_least(query.level, records)

    def explained(self, error: BotoCoreError | ClientError, *, rights: str) -> CommandError:
        """Return the error in words: there is no such group, or these rights on it are missing."""
        name, account = self.settings.name, self.settings.account_id
        if code_of(error) == "ResourceNotFoundException":
            return CommandError(
                f"{self.service} is not deployed in {name}: there is no log group {self.log_group}",
                fix=f"groundwork deploy {name} {self.stack}",
            )
        group = f"arn:aws:logs:{self.settings.region}:{account}:log-group:{self.log_group}:*"
        return explained(error, doing=f"read {self.place}", right=f"{rights} on {group}", account_id=account)


def _at_least(level: Level, records: Iterable[LogRecord]) -> Iterator[LogRecord]:
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
