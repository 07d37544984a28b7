"""`groundwork database`."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.database.clients import dump as write_dump
from cli.database.clients import secret_arn
from cli.database.clients import shell as open_shell
from cli.database.instances import Instance, ServiceDatabase, database_of
from cli.database.restore import check_source, deletion, read_source
from cli.database.restore import restore as restore_beside
from cli.database.switchover import switch_over
from cli.database.tunnel import HOST, open_tunnel
from cli.deploy.commands import deploy_stacks
from cli.deploy.run import exclusive_run
from cli.errors import UsageError
from cli.options import Local, LockTimeout, OneEnvironment, Yes, confirm
from cli.root import ROOT
from cli.session import open_session

console = Console()
app = typer.Typer(no_args_is_help=True, help="A service's database: restore it, and reach it.")

Service = Annotated[str, typer.Argument(metavar="SERVICE", help="a service with `database:` in its file")]

Restored = Annotated[bool, typer.Option("--restored", help="What `restore` has made, in place of the service's own.")]


@app.command()
def restore(
    environment: OneEnvironment,
    service: Service,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Such as 2026-11-23T06:30:00Z; or latest.")
    ] = None,
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", metavar="NAME", help="A snapshot, that of a deleted database too.")
    ] = None,
    local: Local = False,
    yes: Yes = False,
) -> None:
    """Restore a point in time, or a snapshot, into a new instance beside the old one. Nothing that runs is touched.

    The new one has the same network, rules, key and parameters, and a password of its own that RDS manages. The service
    goes on with the old one until `groundwork database switchover`. Interrupted, the same command goes on.
    """
    source = read_source(at, snapshot)
    session = open_session(ROOT, environment, console, local=local)
    database = database_of(session, service)
    check_source(database, source)
    if not session.target.embedded:
        confirm(f"Restore {source} of {database.name} as {database.restored_name}, which costs as much again?", yes)
    found = restore_beside(database, source)
    again = f"{session.name} {database.service}"
    session.say(
        f"{database.restored_name} is there: {found['Endpoint']['Address']}\n"
        f"  let it take the place of {database.name}: {session.command(f'database switchover {again}')}\n"
        f"  or, when it is no longer needed, delete it:\n{deletion(database.restored_name)}"
    )


@app.command()
def switchover(
    environment: OneEnvironment,
    service: Service,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Let what `restore` has made take the place of the service's database, and deploy what uses it.

    The instances change their names, so that the address stays; Terraform's state follows. The old one is kept under
    another name until somebody deletes it. Interrupted, the same command goes on.
    """
    session = open_session(ROOT, environment, console, local=local)
    database = database_of(session, service)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        old = switch_over(run, database, yes=yes)
        (stack,) = run.program.select([database.stack])
        users = [one.name for one in run.program.stacks if stack.id in one.dependencies]
        users = [one.name for one in run.program.select(users) if one.state_key in run.deployed()] if users else []
    deploy_stacks(session, [stack.name, *users], yes=True, prune=False, lock_timeout=lock_timeout)
    session.say(f"{database.service} uses what was restored.")
    if old:
        session.say(
            f"{old} is what it was before: it runs, costs, and no office hours stop it. When nobody needs it:\n"
            f"{deletion(old)}"
        )


@app.command()
def tunnel(
    environment: OneEnvironment,
    service: Service,
    port: Annotated[
        int | None, typer.Option("--port", min=1024, max=65535, help="Of this machine; by default a free one.")
    ] = None,
    restored: Restored = False,
) -> None:
    """Forward a port of this machine to the database, through a task of its service, until Ctrl-C.

    It takes Session Manager's plugin on this machine, `exec: true` in the service's file and, in IAM, ssm:StartSession.
    """
    database, instance = _reachable(environment, service, restored=restored)
    secret = secret_arn(instance)
    with open_tunnel(database, instance, port) as forwarded, suppress(KeyboardInterrupt):
        database.session.say(
            f"{instance['DBInstanceIdentifier']} is at {HOST}:{forwarded.port} until Ctrl-C, "
            f"database {instance['DBName']}\n"
            f"  login: aws secretsmanager get-secret-value --query SecretString --output text --secret-id {secret}\n"
            f"  clients want sslmode=require, for they see {HOST} in place of the name in the certificate"
        )
        forwarded.last()


@app.command(context_settings={"ignore_unknown_options": True})
def shell(
    environment: OneEnvironment,
    service: Service,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[PSQL ARGUMENT]...", help="after --, such as -- -c 'SELECT 1'")
    ] = None,
    restored: Restored = False,
) -> None:
    """Open psql on the database, through a task of its service; ends with psql's exit code."""
    database, instance = _reachable(environment, service, restored=restored)
    raise typer.Exit(open_shell(database, instance, arguments or []))


@app.command()
def dump(
    environment: OneEnvironment,
    service: Service,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="By default <database>-<time>.dump, here.")
    ] = None,
    restored: Restored = False,
) -> None:
    """Write the database into a file that pg_restore reads, through a task of its service."""
    database, instance = _reachable(environment, service, restored=restored)
    chosen = file or Path(f"{instance['DBInstanceIdentifier']}-{datetime.now(UTC):%Y%m%d-%H%M%S}.dump")
    write_dump(database, instance, chosen)
    database.session.say(f"{chosen}: {chosen.stat().st_size} bytes, readable by you alone")


def _reachable(environment: str, service: str, *, restored: bool) -> tuple[ServiceDatabase, Instance]:
    session = open_session(ROOT, environment, console, local=False)
    database = database_of(session, service)
    if session.target.embedded:
        raise UsageError("the local AWS has databases by name alone: no PostgreSQL runs behind them")
    instance = database.restored() if restored else database.own()
    if instance is None:
        raise UsageError(f"there is no {database.restored_name}", fix="leave out --restored")
    return database, instance
