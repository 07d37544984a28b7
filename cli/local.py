"""`groundwork local`: the embedded AWS on this machine."""

from __future__ import annotations

import os
import shlex
from typing import Annotated

import typer
from rich.console import Console

from cli.root import ROOT
from cli.session import find_place
from cli.target import LOCAL_AWS
from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher

console = Console()
local_app = typer.Typer(no_args_is_help=True, help="The embedded AWS on this machine.")


@local_app.command("start")
def local_start(port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0) -> None:
    """Start it, if it does not run already."""
    console.print(f"Running at {launcher.start(port, directory=LOCAL_AWS).url}")


@local_app.command("stop")
def local_stop() -> None:
    """Stop it. All that is deployed on it is gone."""
    console.print("Stopped." if launcher.stop(directory=LOCAL_AWS) else "It was not running.")


@local_app.command("status")
def local_status() -> None:
    """Say whether it runs, and where."""
    running = launcher.status(directory=LOCAL_AWS)
    console.print(f"Running at {running.url}, pid {running.pid}" if running else "Not running.")


@local_app.command("reset")
def local_reset() -> None:
    """Empty it, states included."""
    console.print(f"Emptied {launcher.reset(directory=LOCAL_AWS).url}")


@local_app.command("env")
def local_env(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="In whose account they act there.")] = "dev",
) -> None:
    """Print what leads other programs there.

    eval "$(groundwork local env dev)"; npx cdktf deploy dev-network
    """
    account_id = find_place(ROOT, environment).account_id
    setup = prepare_terraform(ROOT, launcher.start(directory=LOCAL_AWS).environment(account_id=account_id))
    for name, value in sorted(setup.environment.items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
