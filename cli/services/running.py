"""`groundwork services`: what runs in an environment; and `service open`, `service exec` on one of them."""

from __future__ import annotations

import os
import shutil
import webbrowser
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import boto3
import typer
from rich.console import Console
from rich.table import Table

from cli.errors import CommandError, UsageError
from cli.options import Environment, Local
from cli.root import root
from cli.services.exec_tasks import enterable_container, running_tasks
from cli.session import Session, open_session
from cli.terraform.tagged_resources import MOST_SERVICES_DESCRIBED
from config.models.environment.environment import NAMESPACE
from config.models.environment.environment import Environment as EnvironmentSettings
from config.models.service.relations import database_owner
from config.models.service.service import Service

NONE, COMPLETED = "-", "COMPLETED"
Name = Annotated[str, typer.Argument(metavar="NAME", help="orders: a file in service_configs/")]


def services(environment: Environment, local: Local = False) -> None:
    """List what runs in an environment: address, tasks that run of those wanted, database, last rollout."""
    console = Console()
    session = open_session(root(), environment, console, local=local)
    found = session.deployment.services
    running = _described(session, [its.name for its in found if its.kind.keeps_running and its.is_runnable])
    databases = _databases(session)
    table = Table("service", "tasks", "database", "last rollout", "address", box=None, pad_edge=False)
    for service in found:
        table.add_row(
            service.name,
            _tasks(service, running.get(service.name)),
            _database(session.environment, service, found, databases),
            _rollout(running.get(service.name)),
            _address(session.environment, service),
        )
    console.print(table)


def open_(environment: Environment, name: Name, local: Local = False) -> None:
    """Open a public service's address in the browser, and print it."""
    session = open_session(root(), environment, Console(), local=local)
    service = _find(session, name)
    if service.route is None:
        raise UsageError(f"{name} is {service.kind}: nobody reaches it from outside", allowed="a public-web service")
    if service.route.is_for_any_host:
        raise UsageError(f"{name} answers on any host, so it has no address of its own", fix="write `http.host:`")
    url = f"https://{_address(session.environment, service)}"
    session.say(url)
    webbrowser.open(url)


def exec_(
    environment: Environment,
    name: Name,
    command: Annotated[str, typer.Option("--command", "-c", help="What to run in the container.")] = "sh",
    local: Local = False,
) -> None:
    """Open a shell in a running task of a service that has `exec: true`; what is typed is logged."""
    session = open_session(root(), environment, Console(), local=local)
    service = _find(session, name)
    if not service.exec:
        raise UsageError(f"{name} lets nobody in", fix=f"write `exec: true` in service_configs/{name}.yaml, and deploy")
    missing = [program for program in ("aws", "session-manager-plugin") if not shutil.which(program)]
    if missing:
        raise CommandError(f"{' and '.join(missing)} not found", fix="install AWS CLI and its Session Manager plugin")
    tasks = running_tasks(session.environment, name)
    if not tasks:
        raise CommandError(f"no task of {name} runs in {session.name}", fix=f"groundwork services {session.name}")
    entered = enterable_container(tasks, name)
    if entered is None:
        raise CommandError(
            f"no running task of {name} may be entered yet",
            fix=f"deploy {name} to {session.name} with `exec: true`, or wait a minute until the agent in a task runs",
        )
    asked = ["--region", session.environment.region, "--cluster", session.name, "--task", entered.task_arn]
    os.execvp(  # noqa: S606  signals are the shell's then, and its end is the command's
        "aws", ["aws", "ecs", "execute-command", *asked, "--container", name, "--interactive", "--command", command]
    )


def _find(session: Session, name: str) -> Service:
    found = {its.name: its for its in session.deployment.services if its.kind.keeps_running}
    if name not in found:
        raise UsageError(f"{name} is no service that keeps running", allowed=", ".join(sorted(found)))
    return found[name]


def _described(session: Session, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return what ECS says of each service that it knows."""
    ecs: Any = boto3.client("ecs", region_name=session.environment.region)
    found: dict[str, Mapping[str, Any]] = {}
    for first in range(0, len(names), MOST_SERVICES_DESCRIBED):
        try:
            answer = ecs.describe_services(
                cluster=session.name, services=list(names[first : first + MOST_SERVICES_DESCRIBED])
            )
        except ecs.exceptions.ClusterNotFoundException:
            return {}
        found |= {its["serviceName"]: its for its in answer["services"] if its["status"] == "ACTIVE"}
    return found


def _databases(session: Session) -> dict[str, str]:
    """Return the state of each database instance, by its name."""
    rds: Any = boto3.client("rds", region_name=session.environment.region)
    pages = rds.get_paginator("describe_db_instances").paginate()
    return {its["DBInstanceIdentifier"]: its["DBInstanceStatus"] for page in pages for its in page["DBInstances"]}


def _tasks(service: Service, described: Mapping[str, Any] | None) -> str:
    if not service.kind.keeps_running:
        return NONE
    if not service.is_runnable:
        return "no release"
    return f"{described['runningCount']}/{described['desiredCount']}" if described else "not deployed"


def _database(
    environment: EnvironmentSettings, service: Service, everything: Sequence[Service], states: Mapping[str, str]
) -> str:
    if not service.database:
        return NONE
    return states.get(environment.qualify(database_owner(service, everything)), "not deployed")


def _rollout(described: Mapping[str, Any] | None) -> str:
    primary = next((its for its in (described or {}).get("deployments", []) if its["status"] == "PRIMARY"), None)
    if primary is None:
        return NONE
    state = primary.get("rolloutState", COMPLETED)
    begun = f"{primary['createdAt']:%d %b %H:%M}"
    return begun if state == COMPLETED else f"{begun} {state.lower().replace('_', ' ')}"


def _address(environment: EnvironmentSettings, service: Service) -> str:
    if service.route:
        host = next(iter(environment.hostnames(service.route.host)), "*")
        return f"{host}{service.route.path[0].removesuffix('/*')}"
    return f"{service.name}.{NAMESPACE}:{service.port}" if service.port else NONE
