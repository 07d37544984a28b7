"""The `groundwork` command."""

from __future__ import annotations

import sys

import typer

from cli.lazy_commands import CommandPlace, lazy_group
from cli.root import ROOT
from config.errors import GroundworkError

TRY, DAILY, REPAIR, SET_UP = "Try it", "Every day", "Look and repair", "Set up an account"
COMMANDS = {
    "demo": CommandPlace("cli.deploy.demo:demo", TRY),
    "demo-down": CommandPlace("cli.deploy.demo:demo_down", TRY),
    "synth": CommandPlace("cli.deploy.commands:synth", DAILY),
    "affected": CommandPlace("cli.changes.affected_command:affected", DAILY),
    "cost": CommandPlace("cli.cost.command:cost", DAILY),
    "plan": CommandPlace("cli.changes.plan_command:plan", DAILY),
    "diff": CommandPlace("cli.changes.plan_command:plan", DAILY, help="Another name of `plan`."),
    "deploy": CommandPlace("cli.deploy.commands:deploy", DAILY),
    "destroy": CommandPlace("cli.deploy.commands:destroy", DAILY),
    "run": CommandPlace("cli.services.run_job:run", DAILY),
    "services": CommandPlace("cli.services.running:services", DAILY),
    "logs": CommandPlace("cli.logs.command:logs", DAILY),
    "release": CommandPlace("cli.services.release:release", DAILY),
    "picture": CommandPlace("cli.picture.command:picture", REPAIR),
    "doctor": CommandPlace("cli.deploy.maintenance:doctor", REPAIR),
    "drift": CommandPlace("cli.deploy.maintenance:drift", REPAIR),
    "plan-check": CommandPlace("cli.deploy.maintenance:drift", None, help="The former name of `drift`."),
    "unmanaged": CommandPlace("cli.deploy.maintenance:unmanaged", REPAIR),
    "strays": CommandPlace("cli.deploy.maintenance:unmanaged", None, help="The former name of `unmanaged`."),
    "adopt": CommandPlace("cli.recovery.commands:adopt", REPAIR),
    "unlock": CommandPlace("cli.deploy.maintenance:unlock", REPAIR),
    "up": CommandPlace("cli.up.command:up", SET_UP),
    "bootstrap": CommandPlace("cli.deploy.maintenance:bootstrap", SET_UP),
    "github": CommandPlace("cli.github.commands:github_app", DAILY),
    "preview": CommandPlace("cli.previews.commands:app", DAILY),
    "local": CommandPlace("cli.local:local_app", TRY),
    "secret": CommandPlace("cli.services.secrets:app", DAILY),
    "database": CommandPlace("cli.database.commands:app", DAILY),
    "monitoring": CommandPlace("cli.monitoring.commands:app", DAILY),
    "images": CommandPlace("cli.images.commands:images_app", DAILY),
    "import": CommandPlace("cli.importers.commands:app", DAILY),
    "prices": CommandPlace("cli.cost.prices_command:prices_app", REPAIR),
    "service": CommandPlace("cli.services.commands:service_app", DAILY),
    "state": CommandPlace("cli.state.commands:state_app", SET_UP),
}
app = typer.Typer(
    cls=lazy_group(COMMANDS),
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


@app.callback()
def _no_options() -> None:
    pass


def main() -> None:
    """Every mistake of a person ends in a message; every mistake of ours in one line and a log."""
    try:
        app()
    except GroundworkError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        from cli.crashes import report  # it needs AWS' client

        sys.exit(report(error, ROOT))
