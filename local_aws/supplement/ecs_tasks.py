"""moto 5.2.5 starts a task that never ends: let one that was run by itself stop, with an exit code and a log.

A test decides how the next task of a family ends, and after how long:

    POST /moto-api/groundwork/ecs/next-task?cluster=<name>&family=<task definition's>&code=<exit code>&seconds=<0>
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.core.responses import ActionResult
from moto.core.utils import unix_time_millis, utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.logs.models import logs_backends

from local_aws.supplement import control
from local_aws.supplement.patch import wrap

Ending = tuple[int, float]
_endings: dict[tuple[str, str], Ending] = {}


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(EC2ContainerServiceResponse, "run_task", _once_for_each_token)
    wrap(EC2ContainerServiceBackend, "run_task", _remember_how_it_ends)
    wrap(EC2ContainerServiceBackend, "describe_tasks", _as_of_now)
    wrap(EC2ContainerServiceBackend, "list_tasks", _list_as_of_now)
    wrap(EC2ContainerServiceBackend, "_calculate_task_resource_requirements", _with_the_memory_of_the_task)
    control.add("ecs/next-task", _next_task)


def _once_for_each_token(original: Callable[..., Any], response: Any) -> Any:
    token = response._get_param("clientToken")
    known: dict[str, Any] = vars(response.ecs_backend).setdefault("run_task_tokens", {})
    if token in known:
        return ActionResult({"tasks": known[token], "failures": []})
    answer = original(response)
    if token:
        known[token] = answer.result["tasks"]
    return answer


def _remember_how_it_ends(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    tasks = original(backend, *args, **kwargs)
    for task in tasks:
        task.code, seconds = _endings.pop((task.cluster_name, task.group.removeprefix("family:")), (0, 0.0))
        task._transitions = []  # moto takes it a step to its end whenever somebody looks
        task.created_at = task.started_at = utcnow()
        task.ends_at = task.created_at + timedelta(seconds=seconds)
    return tasks


def _as_of_now(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    _end_what_is_due(backend)
    return original(backend, *args, **kwargs)


def _list_as_of_now(
    original: Callable[..., Any],
    backend: Any,
    cluster: Any = None,
    instance: Any = None,
    family: Any = None,
    started_by: Any = None,
    service: str | None = None,
    status: str | None = None,
) -> Any:
    _end_what_is_due(backend)
    found = original(backend, cluster, instance, None, started_by, service, status or "RUNNING")
    if service:
        found = [task for task in found if task.group == f"service:{service.rpartition('/')[2]}"]
    # moto forgets the tasks of a revision that is deregistered
    return [task for task in found if not family or f"/{family}:" in task.task_definition_arn]


def _end_what_is_due(backend: Any) -> None:
    for tasks in backend.tasks.values():
        for task in tasks.values():
            # A service's tasks have no end of their own.
            if hasattr(task, "ends_at") and task.desired_status != "STOPPED" and utcnow() >= task.ends_at:
                end(backend, task)


def _with_the_memory_of_the_task(original: Callable[..., Any], _backend: Any, definition: Any) -> Any:
    # On Fargate a container need not say how much it takes; moto would add None to a number.
    complete = copy(definition)
    complete.container_definitions = [
        {"memory": int(definition.memory or 0), **container} for container in definition.container_definitions
    ]
    return original(complete)


def end(backend: Any, task: Any) -> None:
    """Stop a task as its own process does when it exits with the task's `code`."""
    task.last_status = task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = "EssentialContainerExited", "Essential container in task exited"
    task.stopped_at = utcnow()
    for container in task.containers:
        container.last_status, container.exitCode = "STOPPED", task.code
    _write_last_line(backend, task)
    # Its network interface would keep the security group and the subnet from being deleted.
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for attachment in task.attachments:
        attachment["status"] = "DELETED"
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId" and detail["value"] in ec2.enis:
                del ec2.enis[detail["value"]]


def _write_last_line(backend: Any, task: Any) -> None:
    logs = logs_backends[backend.account_id][backend.region_name]
    for container in task.containers:
        group, stream = _log_group(backend, task, container.name), f"task/{container.name}/{task.id}"
        if group in logs.groups:
            logs.create_log_stream(group, stream)
            line = {"timestamp": int(unix_time_millis()), "message": f"the process ends with {task.code}"}
            logs.put_log_events(group, stream, [line])


def _log_group(backend: Any, task: Any, container: str) -> str:
    """Return the group of the container's log driver; a log router copies a job's lines to the service's own."""
    definitions = backend.describe_task_definition(task.task_definition_arn).container_definitions
    options = next(
        (one.get("logConfiguration", {}).get("options") for one in definitions if one["name"] == container), None
    )
    return (options or {}).get("awslogs-group") or f"/{task.cluster_name}/services/{container}"


def _next_task(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    if request.method != "POST":
        return 400, {}, json.dumps({"error": "POST it"})
    ending = int(query["code"][0]), float(query.get("seconds", ["0"])[0])
    _endings[(query["cluster"][0], query["family"][0])] = ending
    return 200, {}, json.dumps({"status": "ok"})
