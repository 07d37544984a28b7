"""A way to a database in isolated subnets: a port of this machine, forwarded through a task of its service.

Session Manager's plugin forwards it to the agent that ECS Exec puts into the task; nothing listens in the VPC, and IAM
decides who may. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from cli.aws_errors import explained
from cli.database.instances import Instance, ServiceDatabase
from cli.errors import CommandError, UsageError
from cli.services.exec_tasks import enterable_container, running_tasks
from config.models.service.relations import database_owner

PLUGIN = "session-manager-plugin"
INSTALL = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
# Since this version the plugin reads the session, with its token, from a variable whose name is its argument: a command
# line is there for everybody on the machine to see.
VARIABLE, LEAST_VERSION = "AWS_SSM_START_SESSION_RESPONSE", (1, 2, 497, 0)
HOST = "127.0.0.1"
OPENS_WITHIN_SECONDS = 60.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Tunnel:
    """A port of this machine that is forwarded, as long as the process runs."""

    port: int
    process: subprocess.Popen[bytes]

    def last(self) -> None:
        """Wait until the session ends, which nobody here asks for."""
        code = self.process.wait()
        raise CommandError(
            f"Session Manager has ended the session ({PLUGIN} ended with {code})",
            fix="open it again; by default a session ends after 20 minutes without traffic",
        )


@contextmanager
def open_tunnel(database: ServiceDatabase, instance: Instance, port: int | None = None) -> Iterator[Tunnel]:
    """Forward a port of this machine to the instance, as long as the caller works."""
    _need_plugin()
    local = _free_port(port)
    region = database.session.environment.region
    request = {
        "Target": exec_target(database),
        "DocumentName": DOCUMENT,
        "Parameters": {
            "host": [instance["Endpoint"]["Address"]],
            "portNumber": [str(instance["Endpoint"]["Port"])],
            "localPortNumber": [str(local)],
        },
    }
    ssm = boto3.client("ssm", region_name=region)
    try:
        answer = ssm.start_session(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "TargetNotConnected":
            raise CommandError(
                f"the agent in {request['Target']} does not answer yet",
                fix="wait a minute after a deploy, and repeat it",
            ) from error
        raise explained(
            error,
            doing="open a session through a task",
            right=f"ssm:StartSession on the tasks of the cluster and on the document {DOCUMENT}",
            account_id=database.session.environment.account_id,
        ) from error
    session = {name: answer[name] for name in ("SessionId", "TokenValue", "StreamUrl")}
    arguments = [PLUGIN, VARIABLE, region, "StartSession", "", json.dumps(request), ssm.meta.endpoint_url]
    process = subprocess.Popen(
        arguments,
        env={**os.environ, VARIABLE: json.dumps(session)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in psql cancels a query, and not the way to the database
    )
    try:
        _wait_until_open(process, local)
        yield Tunnel(local, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(ClientError):  # it ends by itself after a while
            ssm.terminate_session(SessionId=answer["SessionId"])


def exec_target(database: ServiceDatabase) -> str:
    """Return Session Manager's name of a container that runs in the service's network and may be entered."""
    settings, services = database.session.environment, database.session.deployment.services
    users = [one for one in services if one.kind.keeps_running and database_owner(one, services) == database.service]
    enterable = [one.name for one in users if one.exec]
    if not enterable:
        names = ", ".join(f"service_configs/{one.written_as}.yaml" for one in users) or "a service that uses it"
        raise UsageError(
            f"no task that uses {database.name} may be entered",
            allowed="a service with `exec: true`, which ECS Exec needs",
            fix=f"write `exec: true` in {names}, and deploy it to {settings.name}",
        )
    for name in enterable:
        tasks = running_tasks(settings, name)
        if found := enterable_container(tasks, name):
            return f"ecs:{settings.name}_{found.task_arn.rpartition('/')[2]}_{found.runtime_id}"
    raise CommandError(
        f"no running task of {', '.join(enterable)} may be entered yet",
        fix=f"deploy {' or '.join(enterable)} to {settings.name} with `exec: true`, or wait until a task runs",
    )


def _need_plugin() -> None:
    if not shutil.which(PLUGIN):
        raise CommandError(f"there is no {PLUGIN} on this machine", fix=f"install it: {INSTALL}")
    said = subprocess.run([PLUGIN, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:4])
    if version < LEAST_VERSION:
        least = ".".join(str(part) for part in LEAST_VERSION)
        raise CommandError(
            f"this {PLUGIN} ({said or 'without a version'}) would have the session's token on its command line",
            fix=f"install {least} or later: {INSTALL}",
        )


def _free_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise UsageError(f"port {wanted} of this machine is in use", fix="choose another with --port") from error
        return int(probe.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + OPENS_WITHIN_SECONDS
    while True:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        if process.poll() is not None:
            raise CommandError(f"{PLUGIN} has ended with {process.returncode}, before it forwarded anything")
        if time.monotonic() > deadline:
            raise CommandError(f"{PLUGIN} has forwarded nothing for {OPENS_WITHIN_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
