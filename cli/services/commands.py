"""`groundwork service`: the files of the services, how a rollout of one stands, and a way into its tasks."""

from __future__ import annotations

import typer

from cli.domain.addresses import addresses
from cli.rollouts.view import rollout
from cli.services.new import new
from cli.services.remove import remove
from cli.services.running import exec_, open_
from cli.services.split_releases import split_releases
from cli.services.table import list_, show

service_app = typer.Typer(
    no_args_is_help=True,
    help="Add, look at and remove services: their files, no AWS. See how a rollout stands, open one, get into a task.",
)
service_app.command()(new)
service_app.command("list")(list_)
service_app.command()(show)
service_app.command()(remove)
service_app.command()(rollout)
service_app.command("status", hidden=True, help="Another name of `rollout`.")(rollout)
service_app.command("open")(open_)
service_app.command("exec")(exec_)
service_app.command()(addresses)
service_app.command()(split_releases)
