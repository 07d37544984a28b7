"""Some services in another version beside the environment's own, for a pull request and for some days."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdktf import TerraformOutput
from constructs import Construct

from config.models.deploy_target import OUR_TAGS
from config.models.preview import Preview, PreviewedService
from modules.ecs.task import Task
from modules.edge.load_balancer import LoadBalancer
from modules.workload.dependencies import ServiceDependencies
from modules.workload.runtime import EcsRuntime
from modules.workload.workload import Workload
from stacks.platform_stack import PlatformStack


class PreviewStack(PlatformStack):
    """`preview-<name>`: reads the environment's stacks and changes none; its tags say until when it may stay.

    `tasks` and `dependencies` are the environment's, by service. No alarm, no scraping, no log collection.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        runtime: EcsRuntime,
        load_balancer: LoadBalancer,
        tasks: Mapping[str, Task],
        dependencies: Mapping[str, ServiceDependencies],
        services: Sequence[PreviewedService],
        settings: Preview,
    ) -> None:
        environment, expires = runtime.environment, settings.expires.isoformat()
        tags = {f"{OUR_TAGS}preview": settings.name, f"{OUR_TAGS}expires": expires}
        super().__init__(scope, name=settings.stack, environment=environment, tags=tags)
        own: dict[str, Task] = {}
        for service in services:
            name = service.original
            callees = [found[callee] for callee in service.called for found in (tasks, own) if callee in found]
            workload = Workload(
                Construct(self, service.name),
                runtime=runtime,
                dependencies=replace(dependencies[name], callees=callees, logs=None),
                exporters=(),
                settings=service,
            )
            own[name] = workload.task
            route = workload.route_from(load_balancer, name=settings.target_group(environment, name))
            workload.autoscale(workload.run_on_fargate(route=route), requests_label=None)
        hosts = {s.original: environment.hostname(s.route.host[0]) for s in services if s.route}
        told = {"services": dict(settings.services), "hosts": hosts, "expires": expires}
        TerraformOutput(self, "preview", value=json.dumps(told, sort_keys=True))
