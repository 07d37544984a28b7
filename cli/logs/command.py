"""`groundwork logs`: the log of a service, from wherever it is stored."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.logs.cloudwatch import CloudWatchLogs
from cli.logs.collection_client import Address, parse_address
from cli.logs.level import parse_level
from cli.logs.opensearch import OpenSearchLogs
from cli.logs.query import LogQuery, LogReader
from cli.logs.record import LogRecord, shown_time
from cli.logs.since import parse_since
from cli.options import Local
from cli.release import find_service
from cli.root import root
from cli.target import act_as, check_account, choose_target
from config.environment import Environment
from config.logs import LogDestination
from config.platform import read_platform
from config.platform_service import SERVICES as PLATFORM_SERVICES
from config.service import Service

INTERRUPTED = 130
MOST = 100_000
POLL_S = 3.0


@dataclass(frozen=True)
class Source:
    """Whose log is asked for, in which environment; the platform's own services have no file."""

    settings: Environment
    name: str
    service: Service | None

    @classmethod
    def find(cls, environment: str, name: str) -> Source:
        """Unknown names are refused with what was probably meant."""
        deployments = read_platform(root())
        here = [found.environment.settings for found in deployments if found.environment.settings.name == environment]
        if here and name in PLATFORM_SERVICES:
            return cls(here[0], name, None)
        service = find_service(deployments, name, environment).settings
        return cls(here[0], name, service)

    @property
    def in_collection(self) -> bool:
        """Whether its log goes to OpenSearch; the platform's own never do."""
        return self.service is not None and self.settings.log_destination(self.service) is LogDestination.OPENSEARCH

    @property
    def stack(self) -> str:
        """The stack that it is deployed by."""
        return f"service-{self.name}" if self.service else "monitoring"

    def reader(self, *, cloudwatch: bool, through: Address | None, embedded: bool) -> LogReader:
        """Where its log is; `cloudwatch` asks for its log group, whatever else there is."""
        if not self.in_collection or cloudwatch:
            group, container = self.settings.log_group(self.name), None if cloudwatch else self.name
            return CloudWatchLogs.of(self.settings, self.name, log_group=group, stack=self.stack, container=container)
        reader = OpenSearchLogs.of(self.settings, self.name, through=through)
        if embedded and not through:
            raise CommandError(
                f"the embedded AWS runs no task and stores no document: {reader.place} has no data there\n"
                "  fix: --through HOST:PORT of a server that stands in for it"
            )
        return reader


def logs(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="dev, staging, prod (a file in environments/)")],
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="a file in service_configs/, or prometheus, grafana, ...")
    ],
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="90s, 15m, 2h, 3d ago, or 2026-11-27T09:30 (UTC).")] = "1h",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="trace, debug, info, warn, error or fatal, and what is worse.")
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="QUERY",
            help="In OpenSearch, Lucene's query string syntax: timeout AND NOT retry. "
            "In CloudWatch, a filter pattern: timeout -retry.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, metavar="N", help="The newest N records.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Each record whole, as a line of JSON.")] = False,
    cloudwatch: Annotated[
        bool,
        typer.Option(
            "--cloudwatch",
            help="Its log group, even if its log is in OpenSearch: a copy of its errors, and the router's own log.",
        ),
    ] = False,
    through: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Connect to the collection through this tunnel.")
    ] = None,
    local: Local = False,
) -> None:
    """Show the log of a service, from CloudWatch or its OpenSearch collection. Times are UTC.

    For example:   groundwork logs dev billing --since 1h --level error

    As it comes:   groundwork logs dev billing --follow
    """
    tunnel = parse_address(through) if through else None
    asked = LogQuery(parse_since(since, datetime.now(UTC)), parse_level(level) if level else None, query or None)
    source = Source.find(environment, service)
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        embedded = _sign_in(source.settings, local=local)
        reader = source.reader(cloudwatch=cloudwatch, through=tunnel, embedded=embedded)
        for record in _records(source, reader, asked, limit=limit, follow=follow):
            typer.echo(record.json() if as_json else record.line(service=service, colours=colours))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _sign_in(settings: Environment, *, local: bool) -> bool:
    """As whoever asks, since reading is granted to people's own roles; whether AWS is the embedded one."""
    target = choose_target(local=local, account_id=settings.account_id)
    where = {"environment": settings.name, "account_id": settings.account_id, "region": settings.region}
    try:
        check_account(target, **where)
    except CommandError:
        if target.embedded or not settings.deploy_role_arn:
            raise
        act_as(settings.deploy_role_arn, region=settings.region)
        check_account(target, **where)
    return target.embedded


def _records(source: Source, reader: LogReader, asked: LogQuery, *, limit: int, follow: bool) -> Iterator[LogRecord]:
    found = list(islice(reader.newest(asked), limit + 1))
    if len(found) > limit:
        _note(f"Only the newest {limit} records; --limit {min(10 * limit, MOST)} or a later --since shows the rest.")
    shown = found[limit - 1 :: -1] if len(found) > limit else found[::-1]
    if not shown:
        _note(_nothing(source, reader, asked))
    yield from shown
    if follow:
        if len(found) > limit:  # what was left out stays so
            asked = replace(asked, since=shown[0].time + timedelta(milliseconds=1))
        yield from follow_new(reader, asked, shown)


def follow_new(reader: LogReader, asked: LogQuery, shown: list[LogRecord]) -> Iterator[LogRecord]:
    """What comes. Records turn up late and out of order, so the last while is asked for again each time."""
    seen = {record.id: record.time for record in shown}
    newest = max(seen.values(), default=datetime.now(UTC))
    while True:
        time.sleep(POLL_S)
        since = max(asked.since, newest - reader.late)
        found = list(islice(reader.newest(replace(asked, since=since)), MOST))
        for record in reversed(found):
            if record.id not in seen:
                seen[record.id] = record.time
                newest = max(newest, record.time)
                yield record
        seen = {id_: at for id_, at in seen.items() if at >= since}


def _nothing(source: Source, reader: LogReader, asked: LogQuery) -> str:
    """What was searched in vain, and a reason for which nothing can be there."""
    narrower = [
        *([f"of level {asked.level.name.lower()} or worse"] if asked.level is not None else []),
        *([f"that matches {asked.query}"] if asked.query else []),
    ]
    words = f"No record of {source.name} {' '.join(narrower)}".rstrip()
    text = f"{words} since {shown_time(asked.since)} in {reader.place}."
    if source.service is not None and not source.service.is_runnable:
        repository, name = source.service.repository, source.settings.name
        return (
            f"{text}\n{source.name} has no release in {name}, so no task of it runs.\n"
            f"  fix: groundwork release {repository} TAG --environment {name}, then deploy"
        )
    return text


def _note(text: str) -> None:
    # Beside the log, which may be piped to a file.
    print(text, file=sys.stderr)
