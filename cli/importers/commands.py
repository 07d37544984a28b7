"""`groundwork import`: service files from what a team has already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.importers.compose.project import import_compose
from cli.importers.copilot.workspace import import_copilot
from cli.importers.ecs.cluster import import_ecs
from cli.importers.ecs.task_definition import import_task_definition
from cli.importers.writing import write_import
from cli.root import relative_path, root
from config.loader.platform import read_platform

app = typer.Typer(
    no_args_is_help=True,
    help="Service files from what a team has already. Every line is reported: carried over, changed and why, or "
    "without counterpart, with the way there. Files that exist stay as they are; a secret's value is written nowhere.",
)


@app.command("compose")
def compose(file: Annotated[Path, typer.Argument(metavar="FILE", help="such as compose.yaml")]) -> None:
    """Write a service's file for each service of a compose file.

    For example `groundwork import compose ../shop/compose.yaml`.
    """
    typer.echo(write_import(root(), import_compose(Path.cwd(), relative_path(file)), f"compose {file}"))


@app.command("copilot")
def copilot(folder: Annotated[Path, typer.Argument(metavar="DIR", help="copilot/, or the folder that has it")]) -> None:
    """Write a service's file for each manifest of an AWS Copilot workspace, with its overrides by environment.

    For example `groundwork import copilot ../shop/copilot`.
    """
    environments = [written.environment.settings.name for written in read_platform(root())]
    found = import_copilot(Path.cwd(), relative_path(folder), environments)
    typer.echo(write_import(root(), found, f"copilot {folder}"))


@app.command("task-definition")
def task_definition(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON, written or as AWS answered")],
) -> None:
    """Write a service's file for an ECS task definition.

    For example `groundwork import task-definition .aws/task-definition.json`.
    """
    found = import_task_definition(Path.cwd(), relative_path(file))
    typer.echo(write_import(root(), found, f"task-definition {file}"))


@app.command("ecs")
def ecs(
    cluster: Annotated[str, typer.Argument(metavar="CLUSTER", help="its name or ARN")],
    region: Annotated[str | None, typer.Option(metavar="REGION", help="By default that of your credentials.")] = None,
) -> None:
    """Write a service's file for each service that runs in an ECS cluster. Reads there, with your own credentials.

    For example `AWS_PROFILE=old groundwork import ecs production --region eu-west-1`.
    """
    typer.echo(write_import(root(), import_ecs(cluster, region), f"ecs {cluster}"))
