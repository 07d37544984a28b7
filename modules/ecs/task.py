"""An ECS task definition with its log group, IAM roles and security group."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionEphemeralStorage,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import ECS_EXPORTER, FLUENT_BIT, PORTS, platform_repository
from config.models.service.container.ports import called_ports
from config.models.service.egress import HTTPS
from config.models.service.service import Service
from modules.data.database_login import DatabaseLogin
from modules.data.generated_secret import GeneratedSecret
from modules.data.storage import Storage
from modules.ecs.cluster import FARGATE, EcsCluster
from modules.ecs.container import DATA_VOLUME, container_definition
from modules.ecs.service_rights import ServiceRights
from modules.ecs.sidecars import exporter_container, router_container, sidecar_containers
from modules.ecs.task_roles import TaskRoles
from modules.ecs.task_secrets import TaskSecrets
from modules.ecs.user_data import DATA
from modules.log_key import LogKey
from modules.logging.log_collection import LogCollection
from modules.logging.log_groups import LogGroups
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from modules.policy import allow


class Task(Construct):
    """Exposes `definition`, `security_group`, `roles`, `log_group` and its `log_class`.

    Nothing can connect to it until it is allowed.

    `generated` are passwords by the variable that holds them; `variables` are merged with the service's own, and may
    stand in the state. With `disk`, a path in the container, it runs on the cluster's EC2 instance and finds its folder
    of the data volume there; without, on Fargate. `exporters` of metrics and traces run beside it, by the tag of the
    image, `router` that of the image that brings its log to `logs`; without `logs` it goes to CloudWatch.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        vpc: Vpc,
        log_key: LogKey,
        cluster: EcsCluster,
        database: DatabaseLogin | None = None,
        storage: Storage | None = None,
        generated: Mapping[str, GeneratedSecret] | None = None,
        variables: Mapping[str, str] | None = None,
        disk: str | None = None,
        exporters: Mapping[str, str] | None = None,
        router: str | None = None,
        logs: LogCollection | None = None,
        settings: Service,
    ) -> None:
        super().__init__(scope, id_)
        generated = generated or {}
        storage = storage or Storage()
        name = environment.qualify(settings.name)
        groups = LogGroups(self, environment=environment, log_key=log_key, settings=settings)
        self.log_group, self.log_class = groups.written, groups.log_class
        secrets = TaskSecrets(self, "secrets", environment=environment, settings=settings)
        self.roles = TaskRoles(
            self,
            "roles",
            service=settings.name,
            environment=environment,
            repositories=[
                *([settings.repository] if settings.public_image is None else []),
                *map(platform_repository, exporters or ()),
                *([platform_repository(FLUENT_BIT)] if logs else []),
            ],
            log_group=groups.standard,
            secrets=secrets.statements,
        )
        if settings.exec:
            self.roles.allow_exec(log_group_arn=cluster.exec_log_group.arn, key_arn=log_key.arn)
        self.security_group = SecurityGroup(
            self, "firewall", name=name, description=f"Tasks of {settings.name}", vpc=vpc
        )
        # On 443 there are AWS's own APIs, the registry, and most of whoever sells the company a service.
        for port in (HTTPS, *settings.egress_ports):
            self.security_group.allow_out(port)
        own = container_definition(
            environment,
            settings,
            log_group=self.log_group.name,
            routed=logs is not None,
            secret_arns={
                **secrets.references,
                **(database.secrets_for(settings.database) if database else {}),
                **{variable: secret.arn for variable, secret in generated.items()},
            },
            variables={
                **(variables or {}),
                **(database.variables_for(settings.database) if database else {}),
                **storage.variables,
            },
            disk=disk,
        )
        beside = sidecar_containers(environment, settings, secrets=secrets.of_sidecars, log_group=self.log_group.name)
        for exporter, tag in (exporters or {}).items():
            beside.append(exporter_container(environment, settings, exporter, tag=tag, log_group=self.log_group.name))
        # What may read no password, or write no log, starts no task.
        rights: list[ITerraformDependable] = [secret.grant_read(self.roles.execution) for secret in generated.values()]
        rights += ServiceRights(
            self, "permissions", environment=environment, roles=self.roles, settings=settings.permissions
        ).policies
        rights += storage.open_to(self.roles.task, self.security_group, scope=self, id_="storage")
        if database:
            rights += self._connect(database)
        self._is_routed = logs is not None
        if logs:
            if router is None:
                raise ValueError(f"{settings.name} has a log collection and no log router")
            beside.append(
                router_container(environment, settings, tag=router, log_group=self.log_group.name, host=logs.host)
            )
            rights.append(self.roles.allow("logs", logs.api_access(), self._errors_to_cloudwatch()))
        self.definition = EcsTaskDefinition(
            self,
            "definition",
            family=name,
            requires_compatibilities=["EC2" if disk else FARGATE],
            network_mode="awsvpc",
            cpu=str(settings.cpu),
            memory=str(settings.memory_mib),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=settings.architecture.value.upper(), operating_system_family="LINUX"
            ),
            execution_role_arn=self.roles.execution.arn,
            task_role_arn=self.roles.task.arn,
            container_definitions=json.dumps([own, *beside], sort_keys=True),
            ephemeral_storage=EcsTaskDefinitionEphemeralStorage(size_in_gib=settings.ephemeral_gib)
            if settings.ephemeral_gib
            else None,
            volume=[its.volume for its in storage.volumes]
            or ([EcsTaskDefinitionVolume(name=DATA_VOLUME, host_path=f"{DATA}/{settings.name}")] if disk else None),
            # ECS cannot roll back to a revision that is deregistered already.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            depends_on=rights or None,
        )
        self._settings = settings

    def allow_scraping(self, scraper: SecurityGroup, *, metrics_port: int | None) -> None:
        """Let Prometheus read what the task uses, and what its service measures itself."""
        self.security_group.allow_from(scraper, PORTS[ECS_EXPORTER], scope=self, id_="scrape-task")
        if self._is_routed:
            self.security_group.allow_from(scraper, PORTS[FLUENT_BIT], scope=self, id_="scrape-log-router")
        if metrics_port:
            self.security_group.allow_from(scraper, metrics_port, scope=self, id_="scrape-service")

    def call(self, callees: Sequence[Task]) -> None:
        """Open the way to each of these, on the ports that its file names; `depth` is the longest chain of calls."""
        self.depth: int = max((callee.depth + 1 for callee in callees), default=0)
        for callee in callees:
            other = callee._settings
            # The platform's own services have no file that names their calls.
            for name in called_ports(self._settings.calls, other.written_as) or ("",):
                port = other.ports[name] if name else other.port
                if port is None:
                    raise ValueError(f"{other.name} has no port to call; config/checks/call_graph.py lets none through")
                id_ = f"call-{other.name}:{name}" if name else f"call-{other.name}"
                callee.security_group.allow_from(self.security_group, port, scope=self, id_=id_)

    def _errors_to_cloudwatch(self) -> dict[str, Any]:
        """Let the router copy errors to the log group, where the rollout function finds them (ADR 0012)."""
        return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{self.log_group.arn}:*"])

    def _connect(self, database: DatabaseLogin) -> list[IamRolePolicy]:
        """Open the way to the database, and its password to the agent that starts the task.

        To a service's code too, which may read it again when a newer one has taken its place.
        """
        database.postgres.allow_from(self.security_group, scope=self, id_="database")
        rights = [database.grant(self.roles.execution, scope=self, id_="database-login")]
        if database.is_for_code:
            rights.append(database.grant(self.roles.task, scope=self, id_="database-login-again"))
        return rights
