"""moto 5.2.5 has no tasks of a service: let one of a release that does not keep running be seen, as it stops.

Tasks that a test has run in the group of a service stop when a deployment replaces them. A test makes the next release
of a service, its first one included, one whose process exits. ECS calls such a deployment completed all the same
(https://github.com/aws/containers-roadmap/issues/1206):

    POST /moto-api/groundwork/ecs/crash-next-deployment?cluster=<name>&service=<name>
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.supplement import control
from local_aws.supplement.ecs_tasks import end
from local_aws.supplement.patch import wrap

_crashing: set[tuple[str, str]] = set()


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(EC2ContainerServiceResponse, "create_service", _first_release)
    wrap(EC2ContainerServiceResponse, "update_service", _next_release)
    control.add("ecs/crash-next-deployment", _crash_next_deployment)


def _first_release(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    service = answer.result["service"]
    _crash(response.ecs_backend, service, "")
    return answer


def _next_release(original: Callable[..., Any], response: Any) -> Any:
    asked, backend = response.params, response.ecs_backend
    service = backend._get_service(asked.get("cluster") or "default", asked["service"].split("/")[-1])
    before, deployed = service.task_definition, service.deployments[0]["id"]
    answer = original(response)
    if service.deployments[0]["id"] != deployed and service.deployments[0]["rolloutState"] == "COMPLETED":
        _replace_tasks(backend, service)
    _crash(backend, service, before)
    return answer


def _replace_tasks(backend: Any, service: Any) -> None:
    for task in list(backend.tasks.get(service.cluster_name, {}).values()):
        if task.group == f"service:{service.name}" and task.desired_status != "STOPPED":
            task.code = 0
            end(backend, task)
            task.stop_code = "ServiceSchedulerInitiated"
            task.stopped_reason = f"Scaling activity initiated by (deployment {service.deployments[0]['id']})"


def _crash(backend: Any, service: Any, before: str) -> None:
    key = (service.cluster_name, service.name)
    if key not in _crashing or service.task_definition == before or not service.desired_count:
        return
    _crashing.remove(key)
    (task,) = backend.run_task(
        service.cluster_name,
        service.task_definition,
        1,
        None,
        service.deployments[0]["id"],
        None,
        "FARGATE",
        service.network_configuration,
        f"service:{service.name}",
    )
    task.code = 1
    end(backend, task)


def _crash_next_deployment(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    if request.method != "POST":
        return 400, {}, json.dumps({"error": "POST it"})
    _crashing.add((query["cluster"][0], query["service"][0]))
    return 200, {}, json.dumps({"status": "ok"})
