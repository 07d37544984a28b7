"""ECS' verdict on a deployment, which is the apply's: red when the new tasks did not become healthy."""

from __future__ import annotations

from cdktf import DataResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.environment import Environment
from config.service import Service
from modules.local_program import local_program
from modules.task import Task


class JudgedDeployment(Construct):
    """Waits for the verdict after every change of the service, the first one included (docs/adr/0008)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        service: EcsService,
        task: Task,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        address = f"{service.terraform_resource_type}.{service.friendly_unique_id}"
        DataResource(
            self,
            "verdict",
            # The one sees the service replaced, the other every update of it.
            triggers_replace={"service": service.id},
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=[address]),
            provisioners=[
                local_program(
                    "cli.judge_deployment",
                    environment=environment,
                    task_definition=task.definition.arn,
                    container=settings.name,
                    log_group=task.log_group.name,
                    least_tasks=str(settings.scaling.min_tasks),
                )
            ],
        )
