"""`groundwork secret`: the values that services read from Secrets Manager, and no file, state or log ever holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import boto3
import typer
from rich.console import Console
from rich.table import Table

from cli.errors import UsageError
from cli.root import ROOT
from cli.session import Session, open_session
from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import UNRELEASED
from config.models.environment.platform_service import ALERTMANAGER, alertmanager
from config.models.service.service import Service as ServiceSettings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRETS = "secrets"
"""The stack tag of what belongs to no stack: a secret outlives every deploy."""

console = Console()
app = typer.Typer(no_args_is_help=True, help="The secrets that services read as environment variables.")

Environment = Annotated[str, typer.Argument(metavar="ENV")]
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="a file in service_configs/, or alertmanager")]
Local = Annotated[bool, typer.Option("--local", help="On the embedded AWS.")]


@app.command("set")
def set_secret(
    environment: Environment,
    service: Service,
    name: Annotated[str, typer.Argument(metavar="NAME", help="as it stands under the service's `secrets:`")],
    local: Local = False,
) -> None:
    """Store a value: typed without echo, or read from standard input. Running tasks keep the old one.

    For example: `groundwork secret set prod orders stripe-key`, or `… stripe-key < key.txt`.
    """
    session = open_session(ROOT, environment, console, local=local)
    wanted = references(session, service)
    if name not in wanted:
        of_platform = service == ALERTMANAGER
        file = "monitoring.receivers in environments/" if of_platform else f"service_configs/{service}.yaml"
        none = f"none; write it {'as a receiver' if of_platform else 'under `secrets:` of the service'} first"
        raise UsageError(
            f"{service} has no secret {name} in {environment}",
            allowed=", ".join(sorted(wanted)) or none,
            fix=did_you_mean(name, sorted(wanted)) or f"check {file}",
        )
    value = typer.prompt("Value", hide_input=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    if not value:
        raise UsageError("the value is empty")
    full_name = session.environment.secret_name(service, name)
    created = store(client(session), full_name, value, session.environment.stack_tags(SECRETS))
    session.say(f"{'Stored' if created else 'Replaced'} {full_name}. Tasks that start from now on read it.")


@app.command("list")
def list_secrets(environment: Environment, local: Local = False) -> None:
    """Show which secrets the services name, and which nobody has stored yet (then exit code 1)."""
    session = open_session(ROOT, environment, console, local=local)
    table = Table("service", "secret", "variables", "stored")
    missing = 0
    for service in with_secrets(session):
        for name, variables in sorted(references(session, service.name).items()):
            there = exists(client(session), session.environment.secret_name(service.name, name))
            missing += not there
            table.add_row(service.name, name, ", ".join(variables), "yes" if there else "[red]no[/red]")
    console.print(table)
    raise typer.Exit(1 if missing else 0)


def with_secrets(session: Session) -> tuple[ServiceSettings, ...]:
    """Return everything that may name secrets: the services, and Alertmanager, whose receivers do."""
    return (*session.deployment.services, alertmanager(session.environment, UNRELEASED))


def references(session: Session, service: str) -> dict[str, list[str]]:
    """Return the secrets that a service names, each with the variables it fills."""
    services = {found.name: found for found in with_secrets(session)}
    if service not in services:
        raise UsageError(f"there is no service_configs/{service}.yaml", allowed=", ".join(sorted(services)))
    names: dict[str, list[str]] = {}
    for variable, name in sorted(services[service].secrets.items()):
        names.setdefault(name, []).append(variable)
    return names


def client(session: Session) -> SecretsManagerClient:
    """Secrets Manager of the environment's region."""
    return boto3.client("secretsmanager", region_name=session.environment.region)


def exists(secrets: SecretsManagerClient, name: str) -> bool:
    """Return whether a value can be read under the name."""
    try:
        return "DeletedDate" not in secrets.describe_secret(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return False


def store(secrets: SecretsManagerClient, name: str, value: str, tags: dict[str, str]) -> bool:
    """Store the value; whether the secret had to be created."""
    if exists(secrets, name):
        secrets.put_secret_value(SecretId=name, SecretString=value)
        return False
    secrets.create_secret(
        Name=name, SecretString=value, Tags=[{"Key": key, "Value": text} for key, text in tags.items()]
    )
    return True
