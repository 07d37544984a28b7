"""moto 5.2.5 has one deployment per ECS service, always in progress: finish it, or let it fail.

A test makes the next deployment fail, as if ECS' circuit breaker had rolled it back:

    POST /moto-api/groundwork/ecs/fail-next-deployment?cluster=<name>&service=<name>

The next UpdateService that gives this service another task definition then leaves the old one running.
DescribeServices shows the failed deployment for a while, as ECS does until its last task is gone, and
Describe- and ListServiceDeployments have it as ROLLBACK_SUCCESSFUL.

    POST /moto-api/groundwork/ecs/fail-first-deployment?cluster=<name>&service=<name>

The next CreateService of this name then has a task definition whose tasks never run. Nothing is there to roll back to:
some seconds later the only deployment is FAILED, and ECS starts no more tasks until it is asked for another deployment.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from local_aws.endpoint import REGION
from local_aws.supplement import control
from local_aws.supplement.ecs_deployment_history import record
from local_aws.supplement.patch import wrap

CAUSE = "tasks failed to start"
FAILED_ONE_SHOWS_FOR = timedelta(seconds=10)
FIRST_ONE_FAILS_AFTER = timedelta(seconds=2)
_STARTS_A_DEPLOYMENT = (
    "capacityProviderStrategy",
    "forceNewDeployment",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "taskDefinition",
)
_failing_at_first: set[tuple[str, str]] = set()


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(EC2ContainerServiceResponse, "create_service", _first_deployment)
    wrap(EC2ContainerServiceResponse, "update_service", _next_deployment)
    wrap(EC2ContainerServiceResponse, "describe_services", _as_of_now)
    control.add("ecs/fail-next-deployment", _fail_next_deployment)
    control.add("ecs/fail-first-deployment", _fail_first_deployment)


def _first_deployment(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    service = answer.result["service"]
    service.service_deployments = []
    service.next_deployment_fails = False
    service.fails_at = service.broken = None
    cluster_and_name = (service.cluster_name, service.name)
    if cluster_and_name in _failing_at_first:
        _failing_at_first.remove(cluster_and_name)
        service.broken = service.task_definition
        _never_run(service)
    elif service.deployment_controller["type"] == "ECS":
        _succeed(service)
    return answer


def _next_deployment(original: Callable[..., Any], response: Any) -> Any:
    asked = response.params
    service = response.ecs_backend._get_service(asked.get("cluster") or "default", asked["service"].split("/")[-1])
    before = service.task_definition
    answer = original(response)
    if service.next_deployment_fails and service.task_definition != before:
        _roll_back(service, before)
    elif any(asked.get(name) for name in _STARTS_A_DEPLOYMENT):
        (_never_run if service.task_definition == service.broken else _succeed)(service)
    for deployment in service.deployments[:1]:
        if deployment["rolloutState"] == "COMPLETED":
            deployment["desiredCount"] = deployment["runningCount"] = service.desired_count
    return answer


def _succeed(service: Any) -> None:
    service.running_count, service.pending_count = service.desired_count, 0
    service.fails_at = None
    service.deployments = [_deployment(service, "COMPLETED", "ECS deployment {id} completed.")]
    record(service, "SUCCESSFUL")


def _never_run(service: Any) -> None:
    service.running_count, service.pending_count = 0, service.desired_count
    service.fails_at = utcnow() + FIRST_ONE_FAILS_AFTER
    service.deployments = [
        _deployment(service, "IN_PROGRESS", "ECS deployment {id} in progress.")
        | {"runningCount": 0, "pendingCount": service.desired_count}
    ]
    record(service, "IN_PROGRESS")


def _give_up(service: Any) -> None:
    service.fails_at, service.pending_count = None, 0
    (only,) = service.deployments
    reason = f"ECS deployment circuit breaker: {CAUSE}."
    only |= {"rolloutState": "FAILED", "rolloutStateReason": reason, "pendingCount": 0, "failedTasks": 3}
    service.service_deployments[0] |= {"status": "STOPPED", "statusReason": reason}
    _say(service, only)


def _roll_back(service: Any, task_definition: str) -> None:
    service.next_deployment_fails = False
    reason = f"ECS deployment circuit breaker: {CAUSE}."
    failed = _deployment(service, "FAILED", reason) | {
        "status": "INACTIVE",
        "runningCount": 0,
        "failedTasks": 3,
    }
    record(service, "ROLLBACK_SUCCESSFUL", reason)
    service.task_definition = task_definition
    rolling_back = f"ECS deployment circuit breaker: rolling back to deploymentId {{id}} from {failed['id']}."
    service.deployments = [_deployment(service, "COMPLETED", rolling_back), failed]
    _say(service, failed)


def _say(service: Any, failed: dict[str, Any]) -> None:
    message = f"(service {service.name}) (deployment {failed['id']}) deployment failed: {CAUSE}."
    service.events.insert(0, {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": message})


def _deployment(service: Any, rollout_state: str, reason: str) -> dict[str, Any]:
    id_ = f"ecs-svc/{mock_random.randint(10**18, 10**19)}"
    return {
        "id": id_,
        "status": "PRIMARY",
        "rolloutState": rollout_state,
        "rolloutStateReason": reason.format(id=id_),
        "taskDefinition": service.task_definition,
        "desiredCount": service.desired_count,
        "runningCount": service.desired_count,
        "pendingCount": 0,
        "failedTasks": 0,
        "launchType": service.launch_type,
        "capacityProviderStrategy": service.capacity_provider_strategy,
        "networkConfiguration": service.network_configuration,
        "platformVersion": service.platform_version,
        "createdAt": utcnow(),
        "updatedAt": utcnow(),
    }


def _as_of_now(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    for service in answer.result["services"]:
        if service.fails_at and utcnow() > service.fails_at:
            _give_up(service)
        service.deployments = [
            deployment
            for deployment in service.deployments
            if deployment["status"] == "PRIMARY" or utcnow() < deployment["updatedAt"] + FAILED_ONE_SHOWS_FOR
        ]
    return answer


def _fail_next_deployment(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    cluster, name = query["cluster"][0], query["service"][0]
    backend = ecs_backends[DEFAULT_ACCOUNT_ID][query.get("region", [REGION])[0]]
    service = backend.services.get(f"{cluster}:{name}")
    if request.method != "POST" or service is None:
        return 400, {}, json.dumps({"error": f"POST it for a service that exists, unlike {cluster}/{name}"})
    service.next_deployment_fails = True
    return 200, {}, json.dumps({"status": "ok"})


def _fail_first_deployment(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    cluster, name = query["cluster"][0], query["service"][0]
    backend = ecs_backends[DEFAULT_ACCOUNT_ID][query.get("region", [REGION])[0]]
    there = backend.services.get(f"{cluster}:{name}")
    if request.method != "POST" or (there and there.status == "ACTIVE"):
        return 400, {}, json.dumps({"error": f"POST it for a service that does not exist yet, unlike {cluster}/{name}"})
    _failing_at_first.add((cluster, name))
    return 200, {}, json.dumps({"status": "ok"})
