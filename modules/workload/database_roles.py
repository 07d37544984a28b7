"""The one-off that makes a database's roles: its task, and its run within the apply."""

from __future__ import annotations

from constructs import Construct

from config.models.data.database_roles import DATABASE_ROLES, database_roles
from modules.checkov import skip
from modules.data.database_login import DatabaseLogin
from modules.rollouts.invocations import RolloutInvocations
from modules.rollouts.run_request import run_request
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.traced_task import make_task


class DatabaseRoles(Construct):
    """Runs when its image, a password or the database is another one: a database that is restored has another secret.

    No run is recorded as a migration's is: each changes only what is missing (docs/adr/0036).
    """

    def __init__(self, scope: Construct, id_: str, *, runtime: EcsRuntime, service: str, master: DatabaseLogin) -> None:
        super().__init__(scope, id_)
        settings = database_roles(service, runtime.image_tags[DATABASE_ROLES])
        task = make_task(
            self, runtime=runtime, dependencies=ServiceDependencies(database=master), exporters=(), settings=settings
        )
        unseen = "The function that starts the task attaches it, which checkov does not see."
        skip(task.security_group.group, "CKV2_AWS_5", unseen)
        RolloutInvocations(
            self,
            "run",
            function=runtime.rollouts,
            what=run_request(
                environment=runtime.environment,
                vpc=runtime.vpc,
                task=task,
                database=master.postgres.secret_arn,
                work=f"roles {settings.release} with passwords {master.password_version}",
                settings=settings,
            ),
            timeout_s=settings.timeout_minutes * 60,
            needs=task.roles.execution_policy,
        )
