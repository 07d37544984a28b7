"""`groundwork monitoring`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from cli.deploy.commands import deploy_stacks
from cli.deploy.run import exclusive_run
from cli.monitoring import password
from cli.monitoring.disk import KIND, STACK, disk_of
from cli.options import Local, LockTimeout, OneEnvironment, Yes, confirm
from cli.root import ROOT
from cli.session import open_session
from cli.state.changed_state import point_state_at
from config.models.environment.platform_service import GRAFANA

console = Console()
app = typer.Typer(
    no_args_is_help=True, help="Prometheus, Alertmanager and Grafana: restore the disk, change the password."
)


@app.command()
def restore(
    environment: OneEnvironment,
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", metavar="ID", help="By default the newest one of the disk.")
    ] = None,
    replica: Annotated[int, typer.Option("--replica", min=1, help="Whose disk, with `monitoring.replicas: 2`.")] = 1,
    local: Local = False,
    yes: Yes = False,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Let a disk made of a snapshot take the place of the one that Prometheus and Alertmanager use.

    It is made in the zone of `cluster.ec2.zone`: after a zone is lost write another one there first. The old disk
    is kept until somebody deletes it. Interrupted, the same command goes on.
    """
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        (stack,) = run.program.select([STACK])
        run.refuse_abandoned_locks([stack])
        disk = disk_of(run, replica)
        source = disk.snapshot(snapshot)
        if not session.target.embedded:
            confirm(
                f"{disk.name} goes back to {source['SnapshotId']} of {source['StartTime']:%Y-%m-%dT%H:%M:%SZ}, in "
                f"{disk.zone}, and nothing is measured for ten minutes. In {session.target.description}?",
                yes,
            )
        volume = disk.create(source)
        old = None if volume == disk.known["id"] else disk.retire()
        point_state_at(run, stack, KIND, {"id": volume}, name=disk.name)
        # Of the network, the cluster reads the subnet of its zone, which is another one's after a zone was lost.
        wanted = {*stack.dependencies, *(one.id for one in run.program.select([STACK, "monitoring"]))}
        chosen = [one.name for one in run.program.stacks if one.id in wanted and one.state_key in run.deployed()]
    deploy_stacks(session, chosen, yes=yes, prune=False, lock_timeout=lock_timeout)
    session.say(f"{volume} is the disk now: a new instance takes it within ten minutes, and Prometheus starts on it.")
    if old:
        session.say(
            f"{old} is what it was before, and costs as much again. When nobody needs it:\n"
            f"  aws ec2 delete-volume --volume-id {old}"
        )


@app.command("rotate-password")
def rotate_password(
    environment: OneEnvironment, local: Local = False, yes: Yes = False, lock_timeout: LockTimeout = 600
) -> None:
    """Let AWS make up another password of Grafana's `admin`, and start Grafana anew with it.

    Nobody sees the password, and no state or plan has it. Sessions of Grafana end.
    """
    session = open_session(ROOT, environment, console, local=local)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        (stack,) = run.program.select([password.STACK])
        run.refuse_abandoned_locks([stack])
        if not session.target.embedded:
            confirm(f"Change the password of Grafana's admin in {session.target.description}?", yes)
        password.have_replaced(run, stack)
    deploy_stacks(session, [stack.name], yes=yes, prune=False, lock_timeout=lock_timeout)
    password.start_grafana_anew(session)
    secret = session.environment.secret_name(GRAFANA, "admin-password")
    session.say(
        f"Grafana has another password of admin. To read it:\n"
        f"  aws secretsmanager get-secret-value --secret-id {secret} --query SecretString --output text"
    )
