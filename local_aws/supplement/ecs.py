"""moto 5.2.5 drops half of what an ECS service is given, and leaves its tasks pending for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.ecs.models import EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.supplement.patch import wrap

_DROPPED_AT_CREATION = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
_DEFAULT_DEPLOYMENT: dict[str, Any] = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(Service, "__init__", _run_at_once)
    wrap(EC2ContainerServiceBackend, "_validate_container_defs", _a_reservation_will_do)
    wrap(EC2ContainerServiceResponse, "create_service", _keep_all_settings)
    wrap(EC2ContainerServiceResponse, "update_service", _complete_update)
    wrap(BaseResponse, "_include_in_response", _for_this_answer_alone)
    wrap(BaseResponse, "_exclude_from_response", _for_this_answer_alone)


def _run_at_once(original: Callable[..., Any], service: Any, *args: Any, **kwargs: Any) -> None:
    original(service, *args, **kwargs)
    # An empty one, instead of none, makes the provider look into what is not there and die.
    service.network_configuration = service.network_configuration or None
    service.running_count, service.pending_count = service.desired_count, 0


def _a_reservation_will_do(
    original: Callable[..., Any], _backend: Any, memory: Any, containers: list[dict[str, Any]], kinds: Any
) -> None:
    limited = [{"memory": one.get("memoryReservation") or memory, **one} for one in containers]
    original(memory, [{name: value for name, value in one.items() if value} for one in limited], kinds)


def _keep_all_settings(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    asked, service = response.params, answer.result["service"]
    for name in _DROPPED_AT_CREATION:
        setattr(service, camelcase_to_underscores(name), asked.get(name))
    service.deployment_configuration = _DEFAULT_DEPLOYMENT | (asked.get("deploymentConfiguration") or {})
    if not asked.get("launchType"):
        cluster = response.ecs_backend._get_cluster(service.cluster_name)
        service.capacity_provider_strategy = (
            service.capacity_provider_strategy or cluster.default_capacity_provider_strategy
        )
        service.launch_type = None if service.capacity_provider_strategy else service.launch_type
    return answer


def _complete_update(original: Callable[..., Any], response: Any) -> Any:
    asked, backend = response.params, response.ecs_backend
    service = backend._get_service(asked.get("cluster") or "default", asked["service"].split("/")[-1])
    if asked.get("deploymentConfiguration"):
        asked["deploymentConfiguration"] = service.deployment_configuration | asked["deploymentConfiguration"]
    if asked.get("taskDefinition"):  # a family alone means its newest revision
        asked["taskDefinition"] = backend.describe_task_definition(asked["taskDefinition"]).arn
    return original(response)


def _for_this_answer_alone(original: Callable[..., Any], response: Any, key_path: str) -> None:
    # moto keeps "with tags, please" for the whole class, where a request on another thread reverses it.
    response.RESPONSE_KEY_PATH_TO_TRANSFORMER = dict(response.RESPONSE_KEY_PATH_TO_TRANSFORMER)
    original(response, key_path)
