"""The log of a service in a log group of the class infrequent-access, which only queries of Logs Insights read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of
from cli.errors import CommandError, UsageError
from cli.logs.log_group import LogGroup
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord

POLL_S = 0.5
MOST_RECORDS = 100_000
"""As many as one query finds. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html"""
RUNS = frozenset({"Scheduled", "Running"})
RIGHTS = "logs:GetQueryResults and logs:StopQuery on *, and logs:StartQuery"


@dataclass(frozen=True)
class InsightsLogs(LogGroup):
    """A log group, or what one container wrote to it, by queries that are billed by the gigabyte they read."""

    late: timedelta = timedelta(minutes=1)

    @property
    def place(self) -> str:
        """The log group."""
        return f"{super().place}, of the class infrequent-access"

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Newest first; lines of one moment have no order of their own there."""
        since_ms = query.since.timestamp() * 1000  # StartQuery knows whole seconds
        events = (event for row in self._rows(query) if (event := _event(row))["timestamp"] >= since_ms)
        return self.records(events, query)

    def _rows(self, query: LogQuery) -> Iterator[Mapping[str, str]]:
        try:
            id_ = self.client.start_query(
                logGroupName=self.log_group,
                startTime=int(query.since.timestamp()),
                endTime=int(time.time()) + 60,
                queryString=self._text(query),
                limit=MOST_RECORDS,
            )["queryId"]
            answer = self._ended(id_)
            if answer["status"] != "Complete":
                raise CommandError(
                    f"the query of {self.place} ended as {answer['status']}", fix="repeat it, or a later --since"
                )
            while True:
                for row in answer["results"]:
                    yield {one["field"]: one.get("value", "") for one in row}
                if not (token := answer.get("nextToken")):
                    return
                answer = self.client.get_query_results(queryId=id_, nextToken=token)
        except (BotoCoreError, ClientError) as error:
            raise self._explained(error, query) from error

    def _ended(self, id_: str) -> Mapping[str, Any]:
        """Wait for the query; nobody pays for one that nobody waits for."""
        waits = True
        try:
            while True:
                answer: Mapping[str, Any] = self.client.get_query_results(queryId=id_)
                waits = answer["status"] in RUNS
                if not waits:
                    return answer
                time.sleep(POLL_S)
        finally:
            if waits:
                with suppress(BotoCoreError, ClientError):
                    self.client.stop_query(queryId=id_)

    def _text(self, query: LogQuery) -> str:
        parts = ["fields @timestamp, @message, @logStream"]
        if self.container:
            parts.append(f'filter @logStream like "task/{self.container}/"')
        if query.query:
            parts.append(f"filter ({query.query})")
        return " | ".join([*parts, "sort @timestamp desc"])

    def _explained(self, error: BotoCoreError | ClientError, query: LogQuery) -> CommandError:
        if code_of(error) in ("MalformedQueryException", "InvalidParameterException") and query.query:
            return UsageError(
                f"--query: CloudWatch Logs Insights does not take this filter: {error}\n  value: {query.query}\n"
                '  allowed: @message like "a phrase", @message like /time.?out/, status = 500, with and, or, not'
            )
        return self.explained(error, rights=RIGHTS)


def _event(row: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event of a row of the answer, as FilterLogEvents has it."""
    written = datetime.strptime(row["@timestamp"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    return {
        "eventId": row["@ptr"],
        "timestamp": round(written.timestamp() * 1000),
        "message": row.get("@message", ""),
        "logStreamName": row.get("@logStream", ""),
    }
