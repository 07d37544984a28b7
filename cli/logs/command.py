"""`groundwork logs`: the log of a service, from wherever it is stored."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from cli.logs.collection_client import parse_address
from cli.logs.level import parse_level
from cli.logs.query import LogQuery, LogReader
from cli.logs.record import LogRecord, oldest_first, shown_time
from cli.logs.since import parse_since
from cli.logs.source import Source, sign_in
from cli.options import Local
from config.models.service.logs import LogClass

INTERRUPTED = 130
MOST = 100_000
POLL_S = 3.0


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
            "In CloudWatch, a filter pattern: timeout -retry; of the class infrequent-access, a filter of Logs "
            'Insights: @message like "timeout".',
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
    log_class: Annotated[
        LogClass | None,
        typer.Option(
            "--log-class", metavar="CLASS", help="Its log group of this class: what it wrote before it changed over."
        ),
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Of a service whose file is gone, but whose collection is kept.")
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
    source = Source.find(environment, service, removed=removed)
    if follow:
        source.refuse_following(log_class)
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        embedded = sign_in(source.settings, local=local)
        reader = source.reader(cloudwatch=cloudwatch, log_class=log_class, through=tunnel, embedded=embedded)
        for record in _records(source, reader, asked, limit=limit, follow=follow):
            typer.echo(record.json() if as_json else record.line(service=service, colours=colours))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _records(source: Source, reader: LogReader, asked: LogQuery, *, limit: int, follow: bool) -> Iterator[LogRecord]:
    found = list(islice(reader.newest(asked), limit + 1))
    if len(found) > limit:
        _note(f"Only the newest {limit} records; --limit {min(10 * limit, MOST)} or a later --since shows the rest.")
    shown = oldest_first(found[:limit])
    if not shown:
        _note(_nothing(source, reader, asked))
    yield from shown
    if follow:
        if len(found) > limit:  # what was left out stays so
            asked = replace(asked, since=shown[0].time + timedelta(milliseconds=1))
        yield from follow_new(reader, asked, shown)


def follow_new(reader: LogReader, asked: LogQuery, shown: list[LogRecord]) -> Iterator[LogRecord]:
    """Yield new records. They turn up late and out of order, so the last while is asked for again each time."""
    seen = {record.id: record.time for record in shown}
    newest = max(seen.values(), default=datetime.now(UTC))
    while True:
        time.sleep(POLL_S)
        since = max(asked.since, newest - reader.late)
        found = list(islice(reader.newest(replace(asked, since=since)), MOST))
        for record in oldest_first(found):
            if record.id not in seen:
                seen[record.id] = record.time
                newest = max(newest, record.time)
                yield record
        seen = {id_: at for id_, at in seen.items() if at >= since}


def _nothing(source: Source, reader: LogReader, asked: LogQuery) -> str:
    """Say what was searched in vain, and a reason for which nothing can be there."""
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
