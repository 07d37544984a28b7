"""The log of a service in CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of
from cli.errors import CommandError, UsageError
from cli.logs.log_group import LogGroup
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord

NEWEST_FIRST_FROM = datetime(2024, 1, 1, tzinfo=UTC)
"""Older records CloudWatch only shows oldest first; this platform has none."""


@dataclass(frozen=True)
class CloudWatchLogs(LogGroup):
    """A log group of the class standard, or what one container wrote to it."""

    late: timedelta = timedelta(seconds=20)

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Newest first, as CloudWatch has offered since 2026; a line without a level has that of the line above it."""
        return self.records((event for page in self._pages(query) for event in page), query)

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
        if code_of(error) == "InvalidParameterException" and query.query:
            return UsageError(
                f"--query: CloudWatch does not take this filter pattern: {error}\n  value: {query.query}\n"
                '  allowed: words that all occur, "a phrase", ?one ?or ?another, -without, { $.status = 500 }',
            )
        return self.explained(error, rights="logs:FilterLogEvents")
