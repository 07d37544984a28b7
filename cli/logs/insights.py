"""The log of a service in a log group of the class infrequent-access, which only queries of Logs Insights read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of, explained
from cli.errors import CommandError, UsageError
from cli.logs.cloudwatch import PATIENT, at_least, no_group
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord, from_event
from config.models.deploy_target import DeployTarget

POLL_S = 0.5
MOST_RECORDS = 100_000
"""As many as one query finds. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html"""
RUNS = frozenset({"Scheduled", "Running"})
RIGHTS = "logs:GetQueryResults and logs:StopQuery on *, and logs:StartQuery"


@dataclass(frozen=True)
class InsightsLogs:
    """A log group, or what one container wrote to it, by queries that are billed by the gigabyte they read."""

    client: Any
    settings: DeployTarget
    service: str
    log_group: str
    stack: str
    """The stack that makes the log group."""
    container: str | None = None
    late: timedelta = timedelta(minutes=1)

    @classmethod
    def of(
        cls, settings: DeployTarget, service: str, *, log_group: str, stack: str, container: str | None = None
    ) -> InsightsLogs:
        """With a client of the environment's region."""
        client = boto3.client("logs", region_name=settings.region, config=PATIENT)
        return cls(client, settings, service, log_group, stack, container)

    @property
    def place(self) -> str:
        """The log group."""
        return f"the log group {self.log_group} in CloudWatch, of the class infrequent-access"

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Newest first; lines of one moment have no order of their own there."""
        events = (_event(row) for row in self._rows(query))
        records = (
            from_event(event, service=self.service, environment=self.settings.name)
            for event in events
            if event["message"].strip() and event["timestamp"] >= query.since.timestamp() * 1000
        )
        return records if query.level is None else at_least(query.level, records)

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
        if code_of(error) == "ResourceNotFoundException":
            return no_group(self.service, self.settings, self.log_group, self.stack)
        if code_of(error) in ("MalformedQueryException", "InvalidParameterException") and query.query:
            return UsageError(
                f"--query: CloudWatch Logs Insights does not take this filter: {error}\n  value: {query.query}\n"
                '  allowed: @message like "a phrase", @message like /time.?out/, status = 500, with and, or, not'
            )
        account = self.settings.account_id
        group = f"arn:aws:logs:{self.settings.region}:{account}:log-group:{self.log_group}:*"
        return explained(error, doing=f"read {self.place}", right=f"{RIGHTS} on {group}", account_id=account)


def _event(row: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event of a row of the answer, as FilterLogEvents has it."""
    written = datetime.strptime(row["@timestamp"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    return {
        "eventId": row["@ptr"],
        "timestamp": round(written.timestamp() * 1000),
        "message": row.get("@message", ""),
        "logStreamName": row.get("@logStream", ""),
    }
