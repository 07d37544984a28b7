"""The arguments and options that several commands take."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.errors import UsageError

Environment = Annotated[
    str, typer.Argument(metavar="ENV", help="dev, staging, prod (a file in environments/), or shared")
]
OneEnvironment = Annotated[str, typer.Argument(metavar="ENV")]
"""An environment of environments/, where `shared` has nothing of the kind."""
Stacks = Annotated[
    list[str] | None,
    typer.Argument(metavar="[STACK]...", help="network, service-orders, orders, ...; all if none is named"),
]
Local = Annotated[bool, typer.Option("--local", help="On the embedded AWS, started if need be.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LockTimeout = Annotated[
    int, typer.Option("--lock-timeout", metavar="SECONDS", help="How long to wait for somebody else's lock.")
]


def confirm(question: str, already: bool) -> None:
    """Ask for a yes, unless it was given already; end the command on anything else."""
    if already:
        return
    if not sys.stdin.isatty():
        raise UsageError(question, fix="nobody is here to answer; add --yes")
    typer.confirm(question, abort=True)
