"""moto 5.2.5 starts a task that never ends: let one that was run by itself stop, with an exit code.

A test makes the next task fail:

    POST /moto-api/groundwork/ecs/fail-next-task?cluster=<name>&family=<task definition's family>&code=<exit code>
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend

from local_aws.supplement import control
from local_aws.supplement.patch import wrap

_failing: dict[tuple[str, str], int] = {}


def apply() -> None:
    wrap(EC2ContainerServiceBackend, "run_task", _remember_exit_code)
    wrap(EC2ContainerServiceBackend, "describe_tasks", _stop)
    wrap(EC2ContainerServiceBackend, "_calculate_task_resource_requirements", _with_the_memory_of_the_task)
    control.add("ecs/fail-next-task", _fail_next_task)


def _remember_exit_code(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    tasks = original(backend, *args, **kwargs)
    for task in tasks:
        task.code = _failing.pop((task.cluster_name, task.group.removeprefix("family:")), 0)
    return tasks


def _stop(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    tasks = original(backend, *args, **kwargs)
    for task in tasks:
        # A service's tasks have no code: they run until it stops them.
        if hasattr(task, "code") and task.desired_status != "STOPPED":
            _end(backend, task)
    return tasks


def _with_the_memory_of_the_task(original: Callable[..., Any], _backend: Any, definition: Any) -> Any:
    # On Fargate a container need not say how much it takes; moto would add None to a number.
    complete = copy(definition)
    complete.container_definitions = [
        {"memory": int(definition.memory or 0), **container} for container in definition.container_definitions
    ]
    return original(complete)


def _end(backend: Any, task: Any) -> None:
    task.last_status = task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = "EssentialContainerExited", "Essential container in task exited"
    task.stopped_at = utcnow()
    for container in task.containers:
        container.last_status, container.exitCode = "STOPPED", task.code
    # Its network interface would keep the security group and the subnet from being deleted.
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for attachment in task.attachments:
        attachment["status"] = "DELETED"
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId" and detail["value"] in ec2.enis:
                del ec2.enis[detail["value"]]


def _fail_next_task(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    if request.method != "POST":
        return 400, {}, json.dumps({"error": "POST it"})
    _failing[(query["cluster"][0], query["family"][0])] = int(query["code"][0])
    return 200, {}, json.dumps({"status": "ok"})
