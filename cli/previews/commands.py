"""`groundwork preview`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from cli.deploy.image_check import refuse_missing_images
from cli.deploy.plans import missing
from cli.deploy.run import exclusive_run
from cli.errors import CommandError
from cli.options import Local, LockTimeout, Yes, confirm
from cli.previews.request import COMMANDS, asked_preview, check_name, described, environment_of, notes
from cli.previews.stored import StoredPreview, previews
from cli.recovery.errored_state import push_errored
from cli.root import ROOT
from cli.session import Session, open_session
from config.loader.platform import load_platform
from config.models.preview import Preview

VARIABLE = "GROUNDWORK_PREVIEW"
"""By which main.py hears of a preview."""

console = Console()


class _ByName(TyperGroup):
    """`preview pr-17 …` is `preview make pr-17 …`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        named = args and args[0] not in COMMANDS and not args[0].startswith("-")
        return super().resolve_command(ctx, ["make", *args] if named else args)


app = typer.Typer(
    cls=_ByName,
    no_args_is_help=True,
    help="Run a version of some services beside an environment's own, for a pull request and for some days: "
    "`groundwork preview pr-17 --service storefront=3f1c2ab`.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="pr-17: part of its hosts, storefront-pr-17.<domain>")]
Where = Annotated[
    str | None, typer.Option("--environment", "-e", metavar="ENV", help="If several have `previews:`, which.")
]


@app.command("make", hidden=True)
def make(
    name: Name,
    service: Annotated[
        list[str] | None, typer.Option("--service", "-s", metavar="SERVICE=TAG", help="Once for each service.")
    ] = None,
    environment: Where = None,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Make a preview, or bring it up to date. What is not named is the environment's own; the database is, too."""
    check_name(name)
    deployments = load_platform(ROOT)
    place = environment_of(deployments, environment)
    (deployment,) = [found for found in deployments if found.environment.name == place]
    asked_preview(deployment, name, service or [], today=_today())  # before AWS is asked for anything
    session = _session(place, local)
    others = [found for found in previews(session.states()) if found.name != name]
    preview = asked_preview(session.deployment, name, service or [], today=_today(), others=others)
    session = _with_preview(session, preview)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        chosen = run.program.select([preview.stack])
        if absent := missing(chosen[0], {state.stack for state in session.states()}):
            raise CommandError(
                f"{session.name} is not deployed, and a preview stands on it: it lacks {', '.join(absent)}",
                fix=session.command(f"deploy {session.name}"),
            )
        run.refuse_abandoned_locks(chosen)
        refuse_missing_images(session, chosen)
        if not session.target.embedded:
            what = f"{described(preview.services)} as {name} beside {session.name}"
            confirm(f"Preview {what} in {session.target.description}?", yes)
        for stack in run.execute("deploy", chosen).stacks.values():
            session.say(f"{stack.stack}: {stack.outcome}")
    for line in notes(session.deployment, preview):
        session.say(line)


@app.command("list")
def show(environment: Where = None, local: Local = False) -> None:
    """List the previews that there are, and until when."""
    session = _session(environment, local)
    table = Table("preview", "services", "hosts", "removed after")
    for found in previews(session.states()):
        table.add_row(found.name, described(found.services), "\n".join(found.hosts.values()), str(found.expires))
    console.print(table)


@app.command("remove")
def remove(
    name: Name, environment: Where = None, local: Local = False, yes: Yes = False, lock_timeout: LockTimeout = 600
) -> None:
    """Remove a preview and all that is its own. One that is not there is no mistake."""
    session = _session(environment, local)
    found = [preview for preview in previews(session.states()) if preview.name == check_name(name)]
    if not found:
        session.say(f"{session.name} has no preview {name}.")
    _remove(session, found, yes=yes, lock_timeout=lock_timeout)


@app.command("sweep")
def sweep(
    environment: Where = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="As if it were this day.")
    ] = None,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Remove every preview whose last day is over."""
    session = _session(environment, local)
    today = as_of.date() if as_of else _today()
    found = [preview for preview in previews(session.states()) if preview.expires < today]
    if not found:
        session.say(f"No preview of {session.name} is older than it may be.")
    _remove(session, found, yes=yes, lock_timeout=lock_timeout)


def _session(environment: str | None, local: bool) -> Session:
    name = environment_of(load_platform(ROOT), environment)
    return open_session(ROOT, name, console, local=local)


def _with_preview(session: Session, preview: Preview) -> Session:
    """Add the preview's stack to the program of a session."""
    environment = {**session.terraform.environment, VARIABLE: preview.model_dump_json()}
    return replace(session, terraform=replace(session.terraform, environment=environment))


def _remove(session: Session, found: Sequence[StoredPreview], *, yes: bool, lock_timeout: int) -> None:
    if not found:
        return
    names = ", ".join(preview.name for preview in found)
    confirm(f"Remove {names} of {session.name}?", yes or session.target.embedded)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        for preview in found:
            run.destroy_orphan(preview.state)
        run.forget_empty_states()


def _today() -> date:
    return datetime.now(UTC).date()
