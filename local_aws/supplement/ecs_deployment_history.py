"""moto 5.2.5 has no Describe- and ListServiceDeployments, nor revisions: remember each deployment of an ECS service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add


def apply() -> None:
    """Apply the patches of this file to moto."""
    add(
        EC2ContainerServiceResponse,
        list_service_deployments=_list_service_deployments,
        describe_service_deployments=_describe_service_deployments,
        describe_service_revisions=_describe_service_revisions,
    )


def record(service: Any, status: str, reason: str | None = None) -> None:
    """Note a deployment and how it went."""
    now = utcnow()
    arn = service.arn.replace(":service/", ":service-deployment/")
    revision = f"{service.arn.replace(':service/', ':service-revision/')}/{mock_random.randint(10**18, 10**19)}"
    service.service_deployments.insert(
        0,
        {
            "serviceDeploymentArn": f"{arn}/{mock_random.get_random_hex(21)}",
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "targetServiceRevisionArn": revision,
            "taskDefinition": service.task_definition,  # of the revision; no client reads it here
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


def _list_service_deployments(response: Any) -> ActionResult:
    service = response.ecs_backend._get_service(
        response._get_param("cluster", "default"), response._get_param("service")
    )
    wanted, created = response._get_param("status") or [], response._get_param("createdAt") or {}
    after, before = _moment(created.get("after", datetime.min)), _moment(created.get("before", datetime.max))
    found = [
        item
        for item in service.service_deployments
        if (not wanted or item["status"] in wanted) and after <= _moment(item["createdAt"]) <= before
    ]
    return ActionResult({"serviceDeployments": found})


def _moment(moment: datetime) -> datetime:
    """Return it by UTC, which moto does not write down."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _describe_service_deployments(response: Any) -> ActionResult:
    arns = response._get_param("serviceDeploymentArns")
    every = [item for service in response.ecs_backend.services.values() for item in service.service_deployments]
    found = [item for item in every if item["serviceDeploymentArn"] in arns]
    known = {item["serviceDeploymentArn"] for item in found}
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
    return ActionResult({"serviceDeployments": found, "failures": failures})


def _describe_service_revisions(response: Any) -> ActionResult:
    arns = response._get_param("serviceRevisionArns")
    every = [item for service in response.ecs_backend.services.values() for item in service.service_deployments]
    found = [
        {
            "serviceRevisionArn": item["targetServiceRevisionArn"],
            "serviceArn": item["serviceArn"],
            "clusterArn": item["clusterArn"],
            "taskDefinition": item["taskDefinition"],
            "createdAt": item["createdAt"],
        }
        for item in every
        if item["targetServiceRevisionArn"] in arns
    ]
    return ActionResult({"serviceRevisions": found, "failures": []})
