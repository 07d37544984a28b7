"""`groundwork service`: the files of the services."""

from __future__ import annotations

import typer

from cli.service_new import new
from cli.service_remove import remove
from cli.service_table import list_, show

service_app = typer.Typer(no_args_is_help=True, help="Add, look at and remove services: their files, no AWS.")
service_app.command()(new)
service_app.command("list")(list_)
service_app.command()(show)
service_app.command()(remove)
