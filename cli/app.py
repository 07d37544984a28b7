"""The `groundwork` command."""

from __future__ import annotations

import os
import sys
import time
import traceback
from contextlib import suppress
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli.aws_errors import explained
from cli.changes.affected_command import affected
from cli.changes.plan_command import plan
from cli.cost.command import cost
from cli.cost.prices_command import prices_app
from cli.database.commands import app as database_app
from cli.deploy import demo as demonstration
from cli.deploy.commands import deploy, destroy, synth
from cli.deploy.maintenance import bootstrap, doctor, drift, unlock, unmanaged
from cli.github.commands import github_app
from cli.images.commands import images_app
from cli.importers.commands import app as import_app
from cli.local import local_app
from cli.logs.command import logs
from cli.monitoring.commands import app as monitoring_app
from cli.options import Environment, Local, LockTimeout
from cli.picture.board import draw
from cli.previews.commands import app as preview_app
from cli.recovery.commands import adopt
from cli.root import ROOT
from cli.services.commands import service_app
from cli.services.release import release as release_image
from cli.services.run_job import run_now
from cli.services.running import services
from cli.services.secrets import app as secrets_app
from cli.session import open_session
from cli.state.commands import state_app
from cli.terraform.run_log import LOGS
from cli.up.command import up
from config.errors import GroundworkError
from config.loader.platform import load_platform

console = Console()
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""
    The platform from the command line: environments/ and service_configs/ say what there shall be, and these
    commands make it so. Terraform does the work, on what cdktf synthesizes; `npx cdktf` works beside it.

    [bold]Try it[/bold], without an account:   make demo, make demo-down

    [bold]Add a service[/bold]:                groundwork service new, images publish, deploy dev

    [bold]Release an image of it[/bold]:       groundwork release NAME TAG -e dev, deploy dev

    [bold]Read its log[/bold]:                groundwork logs dev NAME --since 1h

    [bold]Remove one[/bold]:                   groundwork service remove NAME, images publish, deploy dev --prune
    """,
)
app.add_typer(github_app, name="github", rich_help_panel="Every day")
app.add_typer(preview_app, name="preview", rich_help_panel="Every day")
app.add_typer(local_app, name="local", rich_help_panel="Try it")
app.add_typer(secrets_app, name="secret", rich_help_panel="Every day")
app.add_typer(database_app, name="database", rich_help_panel="Every day")
app.add_typer(monitoring_app, name="monitoring", rich_help_panel="Every day")
app.add_typer(images_app, name="images", rich_help_panel="Every day")
app.add_typer(import_app, name="import", rich_help_panel="Every day")
app.add_typer(prices_app, name="prices", rich_help_panel="Look and repair")


@app.command(rich_help_panel="Try it")
def demo(lock_timeout: LockTimeout = 600) -> None:
    """Deploy the dev environment on an embedded AWS, and show what stands there. No account, no cost."""
    demonstration.demo(ROOT, console, lock_timeout_seconds=lock_timeout)


@app.command(rich_help_panel="Try it")
def demo_down(lock_timeout: LockTimeout = 600) -> None:
    """Destroy what `demo` made, and stop the embedded AWS."""
    demonstration.demo_down(ROOT, console, lock_timeout_seconds=lock_timeout)


app.command(rich_help_panel="Every day")(synth)
app.command(rich_help_panel="Every day")(affected)
app.command(rich_help_panel="Every day")(cost)
app.command(rich_help_panel="Every day")(plan)
app.command("diff", rich_help_panel="Every day", help="Another name of `plan`.")(plan)
app.command(rich_help_panel="Every day")(deploy)
app.command(rich_help_panel="Every day")(destroy)


@app.command(rich_help_panel="Every day")
def run(
    environment: Environment,
    task: Annotated[str, typer.Argument(metavar="TASK", help="a scheduled job or one-off in service_configs/")],
    local: Local = False,
) -> None:
    """Run a job or one-off task now, and end with 0 if it ended well."""
    run_now(open_session(ROOT, environment, console, local=local), task)


app.command(rich_help_panel="Every day")(services)
app.command(rich_help_panel="Every day")(logs)
app.command("release", rich_help_panel="Every day")(release_image)
app.add_typer(service_app, name="service", rich_help_panel="Every day")


@app.command(rich_help_panel="Look and repair")
def picture(environment: Environment) -> None:
    """Draw an environment from its YAML as an SVG on standard output: `groundwork picture dev > dev.svg`."""
    print(draw(load_platform(ROOT, only=environment)[0]), end="")


app.command(rich_help_panel="Look and repair")(doctor)
app.command(rich_help_panel="Look and repair")(drift)
app.command("plan-check", hidden=True, help="The former name of `drift`.")(drift)
app.command(rich_help_panel="Look and repair")(unmanaged)
app.command("strays", hidden=True, help="The former name of `unmanaged`.")(unmanaged)
app.command(rich_help_panel="Look and repair")(adopt)
app.command(rich_help_panel="Look and repair")(unlock)
app.command(rich_help_panel="Set up an account")(up)
app.command(rich_help_panel="Set up an account")(bootstrap)
app.add_typer(state_app, name="state", rich_help_panel="Set up an account")


def main() -> None:
    """Every mistake of a person ends in a message; every mistake of ours in one line and a log."""
    try:
        app()
    except GroundworkError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except (BotoCoreError, ClientError) as error:
        told = explained(error, doing="do this", right="see docs/aws.md", account_id="of this environment")
        print(told, file=sys.stderr)
        sys.exit(told.exit_code)
    except Exception as error:
        if os.environ.get("GROUNDWORK_DEBUG"):
            raise
        log = ROOT / LOGS / f"{time.strftime('%Y%m%d-%H%M%S')}-crash.log"
        where = ""
        with suppress(OSError):  # a full disk is the reason, perhaps
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(traceback.format_exc())
            where = f" (traceback: {log})"
        print(f"groundwork failed: {type(error).__name__}: {error}{where}", file=sys.stderr)
        sys.exit(1)
