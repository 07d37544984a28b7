"""`groundwork secret`: the values that services read from Secrets Manager, and no file, state or log ever holds."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import UsageError
from cli.options import OneEnvironment
from cli.root import ROOT
from cli.services.secret_import import import_secrets
from cli.services.stored_secrets import (
    SECRETS,
    client,
    file_of,
    is_stored,
    own_names,
    sources_of,
    store,
    with_secrets,
)
from cli.session import open_session
from config.diagnostics.suggestions import did_you_mean
from config.models.environment.secret_sources import SecretSource

console = Console()
app = typer.Typer(no_args_is_help=True, help="The secrets that services read as environment variables.")
app.command("import")(import_secrets)

Service = Annotated[str, typer.Argument(metavar="SERVICE", help="a file in service_configs/, alertmanager, grafana")]
Local = Annotated[bool, typer.Option("--local", help="On the embedded AWS.")]


@app.command("set")
def set_secret(
    environment: OneEnvironment,
    service: Service,
    name: Annotated[str, typer.Argument(metavar="NAME", help="as it stands under the service's `secrets:`")],
    local: Local = False,
) -> None:
    """Store a value: typed without echo, or read from standard input. Running tasks keep the old one.

    For example: `groundwork secret set prod orders stripe-key`, or `… stripe-key < key.txt`.
    """
    session = open_session(ROOT, environment, console, local=local)
    wanted = own_names(session, service)
    if name not in wanted:
        raise UsageError(
            f"{service} has no secret {name} of its own in {environment}",
            allowed=", ".join(sorted(wanted)) or f"none; write it in {file_of(service)} first",
            fix=did_you_mean(name, sorted(wanted)) or f"check {file_of(service)}",
        )
    value = typer.prompt("Value", hide_input=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    if not value:
        raise UsageError("the value is empty")
    full_name = session.environment.secret_name(service, name)
    created = store(client(session), full_name, value, session.environment.stack_tags(SECRETS))
    session.say(f"{'Stored' if created else 'Replaced'} {full_name}. Tasks that start from now on read it.")


@app.command("list")
def list_secrets(environment: OneEnvironment, local: Local = False) -> None:
    """Show which secrets the services name, and which nobody has stored yet (then exit code 1)."""
    session = open_session(ROOT, environment, console, local=local)
    table = Table("service", "secret", "variables", "stored")
    missing: list[SecretSource] = []
    for service in with_secrets(session):
        variables: dict[str, list[str]] = {}
        by_place = {source.place: source for source in sources_of(session, service.name)}
        for source in sources_of(session, service.name):
            variables.setdefault(source.place, []).append(source.variable)
        for place, source in sorted(by_place.items()):
            there = is_stored(session, source)
            if there is False:
                missing.append(source)
            said = {True: "yes", False: "[red]no[/red]", None: "elsewhere"}[there]
            name = source.name if source.owner == service.name and source.name else place
            table.add_row(service.name, name, ", ".join(variables[place]), said)
    console.print(table)
    for source in missing:
        session.say(f"Missing: {source.set_by(session.environment)}{' --local' if local and source.owner else ''}")
    raise typer.Exit(1 if missing else 0)
