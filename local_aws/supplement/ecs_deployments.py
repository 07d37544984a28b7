"""moto 5.2.5 has one deployment per ECS service, always in progress: finish it, keep a history, let one fail.

A test makes the next deployment fail, as if ECS' circuit breaker had rolled it back:

    POST /moto-api/groundwork/ecs/fail-next-deployment?cluster=<name>&service=<name>

The next UpdateService that gives this service another task definition then leaves the old one running.
DescribeServices shows the failed deployment for a while, as ECS does until its last task is gone, and
Describe- and ListServiceDeployments have it as ROLLBACK_SUCCESSFUL.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from local_aws.endpoint import REGION
from local_aws.supplement import control
from local_aws.supplement.patch import add, wrap

CAUSE = "tasks failed to start"
FAILED_ONE_SHOWS_FOR = timedelta(seconds=10)
_STARTS_A_DEPLOYMENT = (
    "capacityProviderStrategy",
    "forceNewDeployment",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "taskDefinition",
)


def apply() -> None:
    wrap(EC2ContainerServiceResponse, "create_service", _first_deployment)
    wrap(EC2ContainerServiceResponse, "update_service", _next_deployment)
    wrap(EC2ContainerServiceResponse, "describe_services", _without_drained_deployments)
    add(
        EC2ContainerServiceResponse,
        list_service_deployments=_list_service_deployments,
        describe_service_deployments=_describe_service_deployments,
    )
    control.add("ecs/fail-next-deployment", _fail_next_deployment)


def _first_deployment(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    service = answer.result["service"]
    service.service_deployments = []
    service.next_deployment_fails = False
    if service.deployment_controller["type"] == "ECS":
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
        _succeed(service)
    for deployment in service.deployments[:1]:
        deployment["desiredCount"] = deployment["runningCount"] = service.desired_count
    return answer


def _succeed(service: Any) -> None:
    service.deployments = [_deployment(service, "COMPLETED", "ECS deployment {id} completed.")]
    _record(service, "SUCCESSFUL")


def _roll_back(service: Any, task_definition: str) -> None:
    service.next_deployment_fails = False
    reason = f"ECS deployment circuit breaker: {CAUSE}."
    failed = _deployment(service, "FAILED", reason) | {
        "status": "INACTIVE",
        "runningCount": 0,
        "failedTasks": 3,
    }
    _record(service, "ROLLBACK_SUCCESSFUL", reason)
    service.task_definition = task_definition
    rolling_back = f"ECS deployment circuit breaker: rolling back to deploymentId {{id}} from {failed['id']}."
    service.deployments = [_deployment(service, "COMPLETED", rolling_back), failed]
    service.events.insert(
        0,
        {
            "id": str(mock_random.uuid4()),
            "createdAt": utcnow(),
            "message": f"(service {service.name}) (deployment {failed['id']}) deployment failed: {CAUSE}.",
        },
    )


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


def _record(service: Any, status: str, reason: str | None = None) -> None:
    now = utcnow()
    arn = service.arn.replace(":service/", ":service-deployment/")
    service.service_deployments.insert(
        0,
        {
            "serviceDeploymentArn": f"{arn}/{mock_random.get_random_hex(21)}",
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "status": status,
            "statusReason": reason,
            "createdAt": now,
            "startedAt": now,
            "finishedAt": now,
            "updatedAt": now,
            "deploymentConfiguration": service.deployment_configuration,
        }
        | ({"rollback": {"reason": reason, "startedAt": now}} if reason else {}),
    )


def _without_drained_deployments(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    for service in answer.result["services"]:
        service.deployments = [
            deployment
            for deployment in service.deployments
            if deployment["status"] == "PRIMARY" or utcnow() < deployment["updatedAt"] + FAILED_ONE_SHOWS_FOR
        ]
    return answer


def _list_service_deployments(response: Any) -> ActionResult:
    service = response.ecs_backend._get_service(
        response._get_param("cluster", "default"), response._get_param("service")
    )
    wanted = response._get_param("status") or []
    found = [item for item in service.service_deployments if not wanted or item["status"] in wanted]
    return ActionResult({"serviceDeployments": found})


def _describe_service_deployments(response: Any) -> ActionResult:
    arns = response._get_param("serviceDeploymentArns")
    every = [item for service in response.ecs_backend.services.values() for item in service.service_deployments]
    found = [item for item in every if item["serviceDeploymentArn"] in arns]
    known = {item["serviceDeploymentArn"] for item in found}
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
    return ActionResult({"serviceDeployments": found, "failures": failures})


def _fail_next_deployment(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    query = parse_qs(urlparse(url).query)
    cluster, name = query["cluster"][0], query["service"][0]
    backend = ecs_backends[DEFAULT_ACCOUNT_ID][query.get("region", [REGION])[0]]
    service = backend.services.get(f"{cluster}:{name}")
    if request.method != "POST" or service is None:
        return 400, {}, json.dumps({"error": f"POST it for a service that exists, unlike {cluster}/{name}"})
    service.next_deployment_fails = True
    return 200, {}, json.dumps({"status": "ok"})
