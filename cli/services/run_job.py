"""`groundwork run`: start a job or a one-off task now, and wait for how it ends."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

import boto3
import typer
from rich.console import Console

from cli.errors import CommandError, UsageError
from cli.options import Environment, Local
from cli.rollouts.invocation import invoke
from cli.root import ROOT
from cli.session import Session, open_session
from config.models.environment.subnets import Tier
from rollouts.contract import RunRequest


def run(
    environment: Environment,
    task: Annotated[str, typer.Argument(metavar="TASK", help="a scheduled job or one-off in service_configs/")],
    local: Local = False,
) -> None:
    """Run a job or one-off task now, and end with 0 if it ended well."""
    run_now(open_session(ROOT, environment, Console(), local=local), task)


def run_now(session: Session, name: str) -> None:
    """Run the task of a scheduled job or one-off as it was last deployed. Raises CommandError when it ends badly."""
    jobs = {service.name: service for service in session.deployment.services if not service.kind.keeps_running}
    if name not in jobs:
        raise UsageError(
            f"{name} is no scheduled job or one-off task",
            allowed=", ".join(sorted(jobs)) or "there is none yet",
        )
    settings = session.environment
    if not jobs[name].is_runnable:
        raise CommandError(
            f"{name} has no image in {settings.name} yet",
            fix=f"groundwork release {jobs[name].repository} TAG --environment {settings.name}, then deploy",
        )
    ec2 = boto3.client("ec2", region_name=settings.region)
    mark: Any = {"Name": "tag:groundwork:environment", "Values": [settings.name]}
    tier: Any = {"Name": "tag:groundwork:tier", "Values": [Tier.PRIVATE.value]}
    subnets = ec2.describe_subnets(Filters=[mark, tier])["Subnets"]
    groups = ec2.describe_security_groups(Filters=[mark, {"Name": "group-name", "Values": [settings.qualify(name)]}])[
        "SecurityGroups"
    ]
    if not subnets or not groups:
        raise CommandError(f"{name} is not deployed", fix=f"groundwork deploy {settings.name} service-{name}")
    log_class = settings.logging.class_of(jobs[name])
    request: RunRequest = {
        "do": "run",
        "cluster": settings.name,
        "task_definition": settings.qualify(name),
        "family": settings.qualify(name),
        "container": name,
        "log_group": settings.log_group(name, log_class),
        "subnets": ",".join(sorted(subnet["SubnetId"] for subnet in subnets)),
        "security_group": groups[0]["GroupId"],
        # A person wants it run again, also beside another run: no record, and work that nobody else does.
        "work": f"by hand {uuid4()}",
        "timeout_s": jobs[name].timeout_minutes * 60,
    }
    if log_class:
        request["log_class"] = log_class.value
    result = invoke(settings, request)
    session.say(result["said"])
