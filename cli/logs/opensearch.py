"""The log of a service in its OpenSearch Serverless collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import explained
from cli.errors import CommandError, UsageError
from cli.logs.collection_access import CollectionAccess
from cli.logs.collection_client import Address, Answer, CollectionClient, UnreachableError
from cli.logs.query import LogQuery
from cli.logs.record import LogRecord, from_hit
from config.models.environment.environment import Environment

PAGE = 1_000
TIME = "@timestamp"


@dataclass(frozen=True)
class OpenSearchLogs:
    """The indexes of one service in its collection."""

    client: CollectionClient
    access: CollectionAccess
    late: timedelta = timedelta(seconds=90)
    """Buffered in the router, and searchable only after the next refresh."""

    @classmethod
    def of(cls, settings: Environment, service: str, *, through: Address | None) -> OpenSearchLogs:
        """Find the collection, or say which command makes it."""
        collection = find_collection(settings, service)
        host = collection["collectionEndpoint"].removeprefix("https://").rstrip("/")
        access = CollectionAccess(settings, service, collection["arn"], host, through)
        return cls(CollectionClient(host, settings.region, through), access)

    @property
    def place(self) -> str:
        """The collection."""
        return f"the OpenSearch collection {self.access.collection}"

    def newest(self, query: LogQuery) -> Iterator[LogRecord]:
        """Newest first, page after page.

        Many records have one and the same millisecond, and nothing else to sort by. So each page begins in the
        millisecond in which the last one ended, and what has been seen of it is left out.
        """
        after: int | None = None
        seen: set[str] = set()
        while hits := self._page(query, after):
            last = int(hits[-1]["sort"][0])
            new = [hit for hit in hits if hit["_id"] not in seen]
            yield from (from_hit(hit) for hit in new)
            if len(hits) < PAGE:
                return
            # More in one millisecond than on a page cannot be told apart: go on after it, rather than in circles.
            after = last + 1 if new else last
            seen = {hit["_id"] for hit in hits if int(hit["sort"][0]) == last} | (seen if after == last else set())

    def _page(self, query: LogQuery, after: int | None) -> list[dict[str, Any]]:
        body = search_body(query) | ({} if after is None else {"search_after": [after]})
        try:
            answer = self.client.search(f"{self.access.service}-*", body)
        except UnreachableError as error:
            raise self.access.unreachable(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise self.access.explained(error) from error
        if answer.status == 200:
            found: list[dict[str, Any]] = answer.content["hits"]["hits"]
            return found
        if answer.status == 404:  # no index yet: nothing has been written
            return []
        if answer.status == 400 and query.query and "query" in answer.text:
            raise UsageError(
                f"--query: OpenSearch does not take this query: {_reason(answer)}\n  value: {query.query}\n"
                '  allowed: Lucene\'s query string syntax, such as: timeout AND NOT retry, body:"not found", '
                "trace_id:4bf92f35*",
            )
        raise self.access.refused(answer)


def search_body(query: LogQuery) -> dict[str, Any]:
    """Return a page of the newest records, in OpenSearch's query language."""
    wanted: list[dict[str, Any]] = [
        {"range": {TIME: {"gte": int(query.since.timestamp() * 1000), "format": "epoch_millis"}}}
    ]
    if query.level is not None:
        wanted.append({"range": {"severity_number": {"gte": query.level.value}}})
    if query.query:
        wanted.append({"query_string": {"query": query.query, "default_field": "body", "default_operator": "AND"}})
    return {
        "size": PAGE,
        "query": {"bool": {"filter": wanted}},
        "sort": [{TIME: {"order": "desc", "unmapped_type": "date"}}],
    }


def find_collection(settings: Environment, service: str) -> dict[str, Any]:
    """Return the collection as AWS describes it."""
    name = settings.collection(service)
    client: Any = boto3.client("opensearchserverless", region_name=settings.region)
    try:
        found = client.batch_get_collection(names=[name])["collectionDetails"]
    except (BotoCoreError, ClientError) as error:
        right = "aoss:BatchGetCollection on *"
        raise explained(
            error, doing=f"look for the collection {name}", right=right, account_id=settings.account_id
        ) from error
    deploy = f"groundwork deploy {settings.name} service-{service}"
    if not found:
        raise CommandError(
            f"{service} has no collection in {settings.name} yet: there is no {name} in {settings.region}",
            fix=deploy,
        )
    if (status := found[0]["status"]) != "ACTIVE":
        words = {"CREATING": "wait a few minutes, and repeat the command", "DELETING": deploy}
        raise CommandError(f"the collection {name} is {status}", fix=words.get(status, deploy))
    collection: dict[str, Any] = found[0]
    return collection


def _reason(answer: Answer) -> str:
    error = answer.content.get("error", {})
    causes = error.get("root_cause") or [error] if isinstance(error, dict) else []
    return str(causes[0].get("reason", answer.text) if causes else answer.text)[:300]
