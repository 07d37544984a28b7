"""Another password of Grafana's `admin`: AWS makes it up, and Grafana, which reads it when it starts, starts anew."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import WaiterError

from cli.deploy.run import Run
from cli.errors import CommandError
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, terraform
from config.models.environment.platform_service import GRAFANA

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

STACK, KIND = "monitoring", "aws_secretsmanager_secret_version"


def have_replaced(run: Run, stack: SynthesizedStack) -> None:
    """Mark the password's value in the state, so that the next deploy has AWS make up another one.

    It is no value of the state, of a plan or of this process.
    https://developer.hashicorp.com/terraform/cli/commands/taint
    """
    environment = run.session.terraform.environment
    initialize(stack.directory, run.session.terraform)
    (name,) = stack.code["resource"][KIND]
    options = [f"-lock-timeout={run.lock_timeout_seconds}s", f"{KIND}.{name}"]
    done = terraform(stack.directory, ["taint", *options], environment, output=subprocess.PIPE)
    run.forget_states()
    if done.returncode != 0:
        deploy = run.session.command(f"deploy {run.session.name}")
        raise CommandError(f"{stack.id}: its state has no password of Grafana\n{done.stdout.strip()}", fix=deploy)


def start_grafana_anew(session: Session) -> None:
    """Replace Grafana's task, and wait until the new one serves."""
    ecs: ECSClient = boto3.client("ecs", region_name=session.environment.region)
    ecs.update_service(cluster=session.name, service=GRAFANA, forceNewDeployment=True)
    session.say("Grafana starts anew")
    try:
        ecs.get_waiter("services_stable").wait(cluster=session.name, services=[GRAFANA])
    except WaiterError as error:
        raise CommandError(f"Grafana has not started: {error}", fix="docs/runbooks/monitoring.md#targetdown") from error
