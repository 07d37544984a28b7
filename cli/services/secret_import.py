"""`groundwork secret import`: many secrets at once, from Parameter Store or a file of variables; no value is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import boto3
import typer
from rich.console import Console

from cli.errors import UsageError
from cli.options import OneEnvironment, Yes, confirm
from cli.root import ROOT
from cli.services.env_file import read_env_file
from cli.services.stored_secrets import SECRETS, client, exists, file_of, own_names, store
from cli.session import Session, open_session

console = Console()


@dataclass(frozen=True)
class _Import:
    """A value on its way to its name."""

    found_as: str
    full_name: str
    value: str


def import_secrets(
    environment: OneEnvironment,
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="a file in service_configs/, alertmanager, grafana")
    ],
    from_ssm: Annotated[
        str | None, typer.Option("--from-ssm", metavar="PATH", help="All parameters below this path.")
    ] = None,
    from_env: Annotated[
        Path | None, typer.Option("--from-env", metavar="FILE", help="A file of NAME=value lines.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is stored already.")] = False,
    yes: Yes = False,
    local: Annotated[bool, typer.Option("--local", help="On the embedded AWS.")] = False,
) -> None:
    """Store the values of a service's secrets that stand elsewhere; what its file does not name is left out.

    For example: `groundwork secret import prod orders --from-env .env`, or `… --from-ssm /copilot/shop/prod/secrets`.
    """
    if (from_ssm is None) == (from_env is None):
        raise UsageError("nothing says where the values are", allowed="one of --from-ssm PATH and --from-env FILE")
    # A file that cannot be read is said before anybody is asked for anything.
    values = read_env_file(from_env) if from_env else None
    session = open_session(ROOT, environment, console, local=local)
    found = values if values is not None else _parameters(session, from_ssm or "")
    imports = _matched(session, service, found)
    _say_the_rest(session, service, found, imports)
    if not imports:
        raise UsageError(
            f"none of the {len(found)} names is a secret of {service} in {environment}",
            allowed=", ".join(sorted(own_names(session, service))) or f"none; write them in {file_of(service)} first",
            fix=f"add the lines above under `secrets:` of {file_of(service)}",
        )
    secrets = client(session)
    stored = {its.full_name for its in imports if exists(secrets, its.full_name)}
    for its in imports:
        session.say(f"  {its.found_as} → {its.full_name}{' (is stored already)' if its.full_name in stored else ''}")
    if stored and not force:
        raise UsageError(
            f"{len(stored)} of {len(imports)} are stored already, and nothing was changed",
            fix="add --force to replace them, or leave them out",
        )
    confirm(f"Store {len(imports)} secrets of {service} in {session.target.description}?", yes)
    for its in imports:
        store(secrets, its.full_name, its.value, session.environment.stack_tags(SECRETS))
    session.say(f"Stored {len(imports)} secrets of {service}. Tasks that start from now on read them.")


def _matched(session: Session, service: str, found: Mapping[str, str]) -> list[_Import]:
    """Find the secret of each name: by its variable, or by the name that it is stored under."""
    names = own_names(session, service)
    by_variable = {variable: name for name, variables in names.items() for variable in variables}
    imports: dict[str, _Import] = {}
    for key, value in found.items():
        name = by_variable.get(key) or (key if key in names else None)
        if name is None:
            continue
        if name in imports:
            raise UsageError(
                f"{imports[name].found_as} and {key} are both the secret {name} of {service}",
                fix="leave one of them out",
            )
        if not value:
            raise UsageError(f"{key} is empty", fix="write its value, or leave it out")
        imports[name] = _Import(key, session.environment.secret_name(service, name), value)
    return list(imports.values())


def _say_the_rest(session: Session, service: str, found: Mapping[str, str], imports: list[_Import]) -> None:
    taken = {its.found_as for its in imports}
    if left := [key for key in found if key not in taken]:
        session.say(f"Left out, for {file_of(service)} does not name them; under `secrets:` it would be:")
        for key in left:
            session.say(f"  {key}: {key}")


def _parameters(session: Session, path: str) -> dict[str, str]:
    if not path.startswith("/"):
        raise UsageError(f"--from-ssm {path} is no path", fix=f"write --from-ssm /{path}")
    ssm = boto3.client("ssm", region_name=session.environment.region)
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True, WithDecryption=True)
    found: dict[str, str] = {}
    for parameter in (one for page in pages for one in page["Parameters"]):
        key = parameter["Name"].rpartition("/")[2]
        if key in found:
            raise UsageError(f"two parameters below {path} are called {key}", fix="name a path with one of them")
        found[key] = parameter["Value"]
    if not found:
        raise UsageError(f"there is no parameter below {path}", fix="check the path, the account and the region")
    return found
