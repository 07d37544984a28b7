"""The `groundwork` command."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import traceback
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import demo as demonstration
from cli.cdktf_runner import LOGS, QUIET, Cdktf
from cli.deploy import exclusive_run
from cli.errors import CommandError
from cli.images import images_app
from cli.locks import release
from cli.orphans import find_stack, that_need
from cli.picture import draw
from cli.plans import CHANGES, plan_all
from cli.prerequisites import problems
from cli.protection import refuse_protected
from cli.release import release as release_image
from cli.root import ROOT
from cli.run import run_now
from cli.secrets import app as secrets_app
from cli.service import service_app
from cli.session import find_place, open_session
from cli.strays import Tagged
from cli.target import LOCAL_AWS
from cli.terraform_mirror import prepare_terraform
from config.errors import ConfigError
from config.platform import load_platform
from local_aws import launcher

BAD_INPUT = 2
DIFFERENT = 3
"""plan-check found changes; 2 already says that the input is wrong."""

console = Console()
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""
    The platform from the command line: environments/ and service_configs/ say what there shall be, and these
    commands make it so. cdktf and Terraform do the work; `npx cdktf` works beside it.

    [bold]Try it[/bold], without an account:   make demo, make demo-down

    [bold]Add a service[/bold]:                groundwork service new, then  groundwork deploy dev

    [bold]Release an image of it[/bold]:       groundwork release NAME TAG -e dev, then  groundwork deploy dev

    [bold]Remove one[/bold]:                   groundwork service remove NAME, then  groundwork deploy dev --prune
    """,
)
local_app = typer.Typer(no_args_is_help=True, help="The embedded AWS on this machine.")
app.add_typer(local_app, name="local", rich_help_panel="Try it")
app.add_typer(secrets_app, name="secret", rich_help_panel="Every day")
app.add_typer(images_app, name="images", rich_help_panel="Every day")

Environment = Annotated[
    str, typer.Argument(metavar="ENV", help="dev, staging, prod (a file in environments/), or shared")
]
Stacks = Annotated[
    list[str] | None, typer.Argument(metavar="[STACK]...", help="network, service-orders, ...; all when none is named")
]
Local = Annotated[bool, typer.Option("--local", help="On the embedded AWS, started if need be.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LockTimeout = Annotated[
    int, typer.Option("--lock-timeout", metavar="SECONDS", help="How long to wait for somebody else's lock.")
]


@app.command(rich_help_panel="Try it")
def demo(lock_timeout: LockTimeout = 600) -> None:
    """Deploy the dev environment on an embedded AWS, and show what stands there. No account, no cost."""
    demonstration.demo(ROOT, console, lock_timeout_seconds=lock_timeout)


@app.command(rich_help_panel="Try it")
def demo_down(lock_timeout: LockTimeout = 600) -> None:
    """Destroy what `demo` made, and stop the embedded AWS."""
    demonstration.demo_down(ROOT, console, lock_timeout_seconds=lock_timeout)


@app.command(rich_help_panel="Every day")
def synth(
    environment: Annotated[str | None, typer.Argument(metavar="[ENV]", help="One environment; else all.")] = None,
) -> None:
    """Write the Terraform code of every environment, or of one, to cdktf.out. Asks no AWS."""
    load_platform(ROOT)
    terraform = prepare_terraform(ROOT, os.environ)
    cdktf = Cdktf(ROOT, terraform.environment, terraform.skip_provider_lock)
    chosen = {"GROUNDWORK_ENVIRONMENT": environment} if environment else {}
    arguments = [argument for argument in cdktf.arguments("synth", []) if argument != "--skip-provider-lock"]
    done = subprocess.run(arguments, cwd=ROOT, env={**terraform.environment, **QUIET, **chosen}, check=False)
    raise typer.Exit(done.returncode)


@app.command(rich_help_panel="Every day")
def diff(environment: Environment, stacks: Stacks = None, local: Local = False) -> None:
    """Show what `deploy` would change, stack by stack, in Terraform's words."""
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=600) as run:
        for plan in plan_all(session, run.program.select(stacks or [])):
            console.rule(f"{plan.stack.id}: {plan.summary}", align="left")
            if plan.code == CHANGES:
                session.say(plan.text)


@app.command(rich_help_panel="Every day")
def deploy(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    yes: Yes = False,
    prune: Annotated[bool, typer.Option("--prune", help="Destroy stacks that have left the program.")] = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Make AWS what the code says: everything, or the stacks named.

    Ctrl-C stops it in good order, and the same command goes on from there. For example:
    `groundwork deploy dev`, `groundwork deploy prod service-orders`.
    """
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        chosen = run.program.select(stacks or [])
        run.refuse_abandoned_locks(chosen)
        left = run.orphans()
        if not session.target.embedded:
            names = ", ".join(stack.name for stack in chosen)
            confirm(f"Deploy {names} to {environment} in {session.target.description}?", yes)
        progress = run.execute("deploy", chosen)
        for stack in progress.stacks.values():
            session.say(f"{stack.stack}: {stack.outcome}")
        for orphan in left:
            if prune:
                confirm(f"Destroy {orphan.stack}, {orphan.resources} resources?", yes or session.target.embedded)
                run.destroy_orphan(orphan)
            else:
                session.say(
                    f"{orphan.stack} has left the program, but its {orphan.resources} resources still exist.\n"
                    f"  destroy them: {session.command(f'deploy {environment} --prune')}\n"
                    f"  only these:   {session.command(f'destroy {environment} {orphan.stack}')}"
                )
        if prune:
            run.forget_empty_states()


@app.command(rich_help_panel="Every day")
def run(
    environment: Environment,
    task: Annotated[str, typer.Argument(metavar="TASK", help="a scheduled job or one-off in service_configs/")],
    local: Local = False,
) -> None:
    """Run a job or one-off task now, and end with 0 if it ended well."""
    raise typer.Exit(run_now(open_session(ROOT, environment, console, local=local), task))


@app.command(rich_help_panel="Every day")
def destroy(
    environment: Environment,
    stacks: Stacks = None,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Destroy the stacks named and what depends on them, or all. Works on stacks whose file is gone, too."""
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        named = [name.removeprefix(f"{environment}-") for name in stacks or []]
        orphans = run.orphans()
        kept = [name for name in named if name not in {orphan.stack for orphan in orphans}]
        chosen = run.program.with_dependants(run.program.select(kept)) if kept or not named else ()
        left = that_need(orphans, [*named, *(stack.name for stack in chosen)]) if named else orphans
        refuse_protected(chosen, environment)
        run.refuse_abandoned_locks(chosen)
        names = ", ".join([*(orphan.stack for orphan in left), *(stack.name for stack in reversed(chosen))])
        confirm(f"DESTROY {names} of {environment} in {session.target.description}?", yes)
        for orphan in left:
            run.destroy_orphan(orphan)
        if chosen:
            for stack in run.execute("destroy", chosen).stacks.values():
                session.say(f"{stack.stack}: {stack.outcome}")
        run.forget_empty_states()


@app.command(rich_help_panel="Every day")
def services(environment: Environment) -> None:
    """List the services of an environment: what each is, how big, how many, how it is reached."""
    table = Table("service", "kind", "cpu", "MiB", "tasks", "address inside")
    for deployment in load_platform(ROOT, only=environment):
        for service in deployment.services:
            tasks = f"{service.scaling.min_tasks}-{service.scaling.max_tasks}"
            port = f":{service.port}" if service.port else ""
            address = f"{service.name}.app.local{port}"
            table.add_row(service.name, service.kind, str(service.cpu), str(service.memory_mib), tasks, address)
    console.print(table)


app.command("release", rich_help_panel="Every day")(release_image)
app.add_typer(service_app, name="service", rich_help_panel="Every day")


@app.command(rich_help_panel="Look and repair")
def doctor() -> None:
    """Check that Python, Node.js, npm and Terraform are there, and where the AWS provider would come from."""
    if missing := problems():
        raise CommandError("\n".join(missing))
    console.print("Python, Node.js, npm and Terraform: all there.")
    console.print(prepare_terraform(ROOT, os.environ).summary, soft_wrap=True, highlight=False)


@app.command(rich_help_panel="Look and repair")
def plan_check(environment: Environment, stacks: Stacks = None, local: Local = False) -> None:
    """Plan every stack and say which have changes. Ends with 0 when none has, with 3 when one has."""
    session = open_session(ROOT, environment, console, local=local)
    different = False
    with exclusive_run(session, lock_timeout_seconds=600) as run:
        for plan in plan_all(session, run.program.select(stacks or [])):
            session.say(f"{plan.stack.id}: {plan.summary}")
            for change in plan.changes:
                session.say(f"  {change}")
            different = different or plan.code == CHANGES
    raise typer.Exit(DIFFERENT if different else 0)


@app.command(rich_help_panel="Look and repair")
def picture(environment: Environment) -> None:
    """Draw an environment from its YAML as an SVG on standard output:  groundwork picture dev > dev.svg"""
    print(draw(load_platform(ROOT, only=environment)[0]), end="")


@app.command(rich_help_panel="Look and repair")
def strays(environment: Environment, local: Local = False) -> None:
    """List what carries the environment's tag in AWS but is in no state: left by a Terraform that was killed."""
    session = open_session(ROOT, environment, console, local=local)
    found: list[Tagged] = session.strays()
    for stray in found:
        session.say(f"{stray.stack:<24} {stray.arn}")
    session.say(f"{len(found)} resources outside the states of {environment}.")


@app.command(rich_help_panel="Look and repair")
def unlock(
    environment: Environment,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="network, service-orders, ...")],
    lock_id: Annotated[str, typer.Option("--id", help="The lock, as the refused command named it.")],
    local: Local = False,
) -> None:
    """Release the lock that a killed run has left. The ID makes sure that it is that one."""
    session = open_session(ROOT, environment, console, local=local)
    chosen = find_stack(session.root, session.synthesize(), stack)
    lock = release(session.s3, chosen, lock_id)
    session.say(f"Released the lock of {lock.who} on {chosen.id}.")


@app.command(rich_help_panel="Set up an account")
def bootstrap(environment: Environment, local: Local = False) -> None:
    """Make the S3 bucket for the environment's Terraform state. Once per environment; harmless again."""
    session = open_session(ROOT, environment, console, local=local)
    words = "made" if session.bootstrap() else "is there, its settings are up to date"
    session.say(f"State bucket {session.place.state_bucket}: {words}.")


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
    """Print what leads other programs there:  eval "$(groundwork local env dev)"; npx cdktf deploy dev-network"""
    account_id = find_place(ROOT, environment).account_id
    setup = prepare_terraform(ROOT, launcher.start(directory=LOCAL_AWS).environment(account_id=account_id))
    for name, value in sorted(setup.environment.items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")


def confirm(question: str, already: bool) -> None:
    if already:
        return
    if not sys.stdin.isatty():
        raise CommandError(f"{question}\n  fix: nobody is here to answer; add --yes", exit_code=BAD_INPUT)
    typer.confirm(question, abort=True)


def main() -> None:
    """Every mistake of a person ends in a message; every mistake of ours in one line and a log."""
    try:
        app()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    except CommandError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except launcher.LocalAwsError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("GROUNDWORK_DEBUG"):
            raise
        log = ROOT / LOGS / f"{time.strftime('%Y%m%d-%H%M%S')}-crash.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc())
        print(f"groundwork failed: {type(error).__name__}: {error} (traceback: {log})", file=sys.stderr)
        sys.exit(1)
