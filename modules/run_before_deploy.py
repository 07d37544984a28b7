"""A task that runs to its end during the apply, and fails the apply when it fails."""

from __future__ import annotations

from cdktf import DataResource, Fn, LocalExecProvisioner
from constructs import Construct

from config.environment import Environment
from config.service import Service
from config.subnets import Tier
from modules.task import Task
from modules.vpc import Vpc

# Terraform runs in cdktf.out/stacks/<stack>; AWS has no resource that runs a task and waits for its exit code.
COMMAND = "../../../.venv/bin/python -m cli.run_task"


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
                LocalExecProvisioner(
                    type="local-exec",
                    command=COMMAND,
                    environment={
                        "GROUNDWORK_REGION": environment.region,
                        "GROUNDWORK_ROLE_ARN": environment.deploy_role_arn or "",
                        "GROUNDWORK_CLUSTER": environment.name,
                        "GROUNDWORK_TASK_DEFINITION": task.definition.arn,
                        "GROUNDWORK_CONTAINER": settings.name,
                        "GROUNDWORK_LOG_GROUP": task.log_group.name,
                        "GROUNDWORK_SUBNETS": Fn.nonsensitive(subnets),
                        "GROUNDWORK_SECURITY_GROUP": task.firewall.group.id,
                    },
                )
            ],
            depends_on=[task.roles.execution_policy],
        )
