"""Some services in another version beside the environment's own, for a pull request and for some days."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cdktf import TerraformOutput
from constructs import Construct

from config.models.deploy_target import OUR_TAGS
from config.models.environment.environment import Environment
from config.models.preview import Preview, PreviewedService
from modules.data.postgres import Postgres
from modules.data.storage import Storage
from modules.ecs.scaling.autoscaling import Autoscaling
from modules.ecs.service_discovery import register
from modules.ecs.task import Task
from modules.edge.web_route import WebRoute
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack
from stacks.on_fargate import route_to, run_on_fargate
from stacks.platform_stack import PlatformStack


class PreviewStack(PlatformStack):
    """`preview-<name>`: reads the environment's stacks and changes none; its tags say until when it may stay.

    `tasks`, `databases` and `storage` are the environment's, by service. No alarm, no scraping, no log collection.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        preview: Preview,
        services: list[PreviewedService],
        network: NetworkStack,
        cluster: ClusterStack,
        edge: EdgeStack,
        tasks: Mapping[str, Task],
        databases: Mapping[str, Postgres],
        storage: Mapping[str, Storage],
    ) -> None:
        expires = preview.expires.isoformat()
        tags = {f"{OUR_TAGS}preview": preview.name, f"{OUR_TAGS}expires": expires}
        super().__init__(scope, name=preview.stack, environment=environment, tags=tags)
        self._environment, self._preview = environment, preview
        self._network, self._cluster, self._edge, self._storage = network, cluster, edge, storage
        own: dict[str, Task] = {}
        for service in services:
            callees = [found[name] for name in service.calls for found in (tasks, own) if name in found]
            own[service.original] = self._run(service, callees, databases.get(service.original))
        hosts = {s.original: environment.hostname(s.route) for s in services if s.route}
        told = {"services": dict(preview.services), "hosts": hosts, "expires": expires}
        TerraformOutput(self, "preview", value=json.dumps(told, sort_keys=True))

    def _run(self, service: PreviewedService, callees: list[Task], database: Postgres | None) -> Task:
        scope, environment = Construct(self, service.name), self._environment
        task = Task(
            scope,
            "task",
            environment=environment,
            vpc=self._network.vpc,
            log_key=self._network.log_key,
            cluster=self._cluster.cluster,
            database=database,
            storage=self._storage.get(service.original),
            settings=service,
        )
        task.call(callees)
        route = self._route(scope, service, task)
        fargate = run_on_fargate(
            task,
            scope=scope,
            environment=environment,
            network=self._network,
            cluster=self._cluster,
            registration=register(scope, "registration", name=service.name, namespace=self._cluster.namespace),
            route=route,
            alarms=None,
            spot_percent=environment.spot_percent(service),
            settings=service,
        )
        Autoscaling(
            scope,
            "autoscaling",
            cluster=self._cluster.cluster,
            service=fargate.service,
            requests_label=None,
            office_hours=environment.office_hours,
            settings=service.scaling,
        )
        return task

    def _route(self, scope: Construct, service: PreviewedService, task: Task) -> WebRoute | None:
        if not (service.route and service.port):
            return None
        return route_to(
            task,
            service.port,
            scope=scope,
            name=self._preview.target_group(self._environment, service.original),
            route=service.route,
            environment=self._environment,
            network=self._network,
            edge=self._edge,
            settings=service,
        )
