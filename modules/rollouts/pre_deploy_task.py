"""A task that runs to its end during the apply, and fails the apply when it fails."""

from __future__ import annotations

import json
from hashlib import sha256

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.checkov import skip
from modules.data.postgres import Postgres
from modules.ecs.task import Task
from modules.network.vpc import Vpc
from modules.rollouts.function import RolloutFunction
from modules.rollouts.invocations import RolloutInvocations
from modules.rollouts.run_request import run_request

NOTHING_YET = "nothing yet"


class PreDeployTask(Construct):
    """Runs the task whenever its definition changes, so with each new image: a migration before the deploy.

    What has been run to its end on this database is not run again, so that a rollback does not bring an old migration
    to a newer schema (docs/adr/0016). The record is a parameter that rollouts/record.py reads and writes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        rollouts: RolloutFunction,
        vpc: Vpc,
        task: Task,
        database: Postgres | None,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        record = SsmParameter(
            self,
            "record",
            name=f"/groundwork/{environment.name}/{settings.name}/done",
            description=f"What {settings.name} has run to its end, the newest last",
            type="String",
            value=NOTHING_YET,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["value"]),
        )
        skip(record, "CKV2_AWS_34", "It names images and a database, no secrets.")
        RolloutInvocations(
            self,
            "run",
            function=rollouts,
            what={
                **run_request(
                    environment=environment,
                    vpc=vpc,
                    task=task,
                    # A database that is restored or made anew gets a new secret, and has to be migrated again.
                    database=database.secret_arn if database else "no database",
                    work=work(environment.image(settings), settings),
                    settings=settings,
                ),
                "record": record.name,
            },
            timeout_s=settings.timeout_minutes * 60,
            needs=task.roles.execution_policy,
        )


def work(image: str, settings: Service) -> str:
    """Return a name for a run's work, which changes only with the image, the command and the service's variables.

    Whatever else a newer platform changes in a task does not make it another migration.
    """
    does = json.dumps([image, settings.command, settings.variables], sort_keys=True)
    return f"{image.rpartition('/')[2]} {sha256(does.encode()).hexdigest()[:12]}"
