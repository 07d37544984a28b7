"""The verdict on a service's deployment, which is the apply's: red when the new tasks do not run and keep running."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.ecs.task import Task
from modules.rollouts.function import RolloutFunction
from modules.rollouts.invocations import RolloutInvocations
from rollouts.contract import JudgeRequest


class RolloutCheck(Construct):
    """Waits for the verdict after every change of the service, the first one included (docs/adr/0015)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        rollouts: RolloutFunction,
        service: EcsService,
        task: Task,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        what: JudgeRequest = {
            "do": "judge",
            "cluster": environment.name,
            "service": settings.name,
            # The provider makes another service where it cannot change one.
            "service_id": service.id,
            "task_definition": task.definition.arn,
            "log_group": task.log_group.name,
            "least_tasks": settings.scaling.min_tasks,
            "watch_s": settings.rollout.watch_s,
            "timeout_s": settings.rollout.timeout_minutes * 60,
        }
        if task.log_class:
            what["log_class"] = task.log_class.value
        RolloutInvocations(
            self,
            "verdict",
            function=rollouts,
            what=what,
            timeout_s=settings.rollout.timeout_minutes * 60 + settings.rollout.watch_s,
            triggered_by=service,
        )
