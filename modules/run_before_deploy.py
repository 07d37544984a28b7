"""A task that runs to its end during the apply, and fails the apply when it fails."""

from __future__ import annotations

from cdktf import DataResource, Fn
from constructs import Construct

from config.environment import Environment
from config.service import Service
from config.subnets import Tier
from modules.local_program import local_program
from modules.task import Task
from modules.vpc import Vpc


class RunBeforeDeploy(Construct):
    """Runs the task whenever its definition changes, so with each new image: a migration before the deploy."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        vpc: Vpc,
        task: Task,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        # What another stack hands over counts as sensitive, and Terraform would hide all that the task prints.
        subnets = Fn.join(",", [subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()])
        DataResource(
            self,
            "run",
            triggers_replace={"task_definition": task.definition.arn},
            provisioners=[
                local_program(
                    "cli.run_task",
                    environment=environment,
                    task_definition=task.definition.arn,
                    container=settings.name,
                    log_group=task.log_group.name,
                    subnets=Fn.nonsensitive(subnets),
                    security_group=task.firewall.group.id,
                )
            ],
            depends_on=[task.roles.execution_policy],
        )
