"""Status of a rollout, in words: in one line while a deploy waits for it, in full for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

import typer
from rich.console import Console

from cli.errors import UsageError
from cli.options import Environment, Local
from cli.rollouts.invocation import invoke
from cli.root import ROOT
from cli.session import open_session
from config.models.environment.environment import Environment as EnvironmentSettings
from config.models.environment.platform_service import ecs_services
from config.models.service.rollout import Rollout
from config.models.service.service import Service
from rollouts.contract import Shown, ShownDeployment, ShowRequest


def rollout(
    environment: Environment,
    name: Annotated[str, typer.Argument(metavar="NAME", help="orders: a service that keeps running")],
    local: Local = False,
) -> None:
    """Show how the rollout of a service stands: its tasks by state, ECS' events, the seconds until its verdict."""
    session = open_session(ROOT, environment, Console(), local=local)
    running = [one for one in session.deployment.services if one.kind.keeps_running]
    if name not in (known := {*(one.name for one in running), *ecs_services(session.environment)}):
        raise UsageError(f"{name} is no service that keeps running", allowed=", ".join(sorted(known)))
    settings = next((one for one in running if one.name == name), None)
    for line in in_full(ask(session.environment, name, settings)):
        session.say(line)


def ask(environment: EnvironmentSettings, name: str, settings: Service | None) -> Shown:
    """Return how the rollout of a service stands; the platform's own services have the defaults."""
    limits = settings.rollout if settings else Rollout()
    request: ShowRequest = {
        "do": "show",
        "cluster": environment.name,
        "service": name,
        "watch_s": limits.watch_s,
        "timeout_s": limits.timeout_minutes * 60,
    }
    return cast("Shown", invoke(environment, request))


def in_full(shown: Shown) -> Iterator[str]:
    """Write all that the function has answered."""
    left = shown["seconds_left"]
    verdict = f"its verdict comes within {left} s" if left else "no rollout is watched"
    yield f"{shown['service']}: {_count(shown['tasks_wanted'])} wanted; {verdict}"
    yield from (f"  {_deployment(one)}" for one in shown["deployments"])
    yield from (f"  {event['at']}  {event['message']}" for event in shown["events"])


def in_one_line(shown: Shown) -> str:
    """Return the new tasks by state, and the seconds left."""
    newest = next((one for one in shown["deployments"] if one["status"] == "primary"), None)
    left = f"; {shown['seconds_left']} s left" if shown["seconds_left"] else ""
    return f"{_deployment(newest) if newest else 'no deployment yet'}{left}"


def _deployment(one: ShownDeployment) -> str:
    states = ", ".join(f"{one[state]} {state}" for state in ("running", "pending", "failed"))
    return f"{one['revision']} ({one['status']}, {one['state']}): {states}"


def _count(tasks: int) -> str:
    return f"{tasks} task{'' if tasks == 1 else 's'}"
