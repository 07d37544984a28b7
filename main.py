"""The platform: what each environment is made of, and what each stack needs from the others."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from modules import NODE_OPTION

# For the Node.js that `import cdktf` starts. jsii calls version 20 past its end of life, in 16 lines at every start;
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
# and what the provider's Python does not load, its JavaScript need not either.
os.environ["NODE_OPTIONS"] = f"{os.environ.get('NODE_OPTIONS', '')} {NODE_OPTION}"

from cdktf import App

from config.loader.platform import Deployment, load_platform
from config.loopback import is_loopback
from config.models.environment.platform_service import ECS_EXPORTER, FLUENT_BIT
from config.models.environment.shared import SHARED, shared_place
from config.models.preview import Preview
from config.models.service.application import database_owner
from config.models.service.aws.storage import owns_storage
from config.source.problem import ConfigError
from images.render import image_tags
from modules.ecs.task import Task
from stacks.account import AccountStack
from stacks.cluster import ClusterStack
from stacks.database import DatabaseStack
from stacks.delivery import DeliveryStack
from stacks.edge import EdgeStack
from stacks.job import JobStack
from stacks.logging import log_collections
from stacks.monitoring import MonitoringStack
from stacks.network import NetworkStack
from stacks.platform_stack import LOCAL_AWS
from stacks.preview import PreviewStack
from stacks.registry import RegistryStack
from stacks.service import ServiceStack
from stacks.shared_delivery import SharedDeliveryStack
from stacks.storage import StorageStack, storage_of


def build(app: App, deployment: Deployment, tags: Mapping[str, str], *, preview: Preview | None = None) -> None:
    """Add the stacks of one environment, and of a preview of it; `tags` are the platform images'."""
    environment = deployment.environment
    if environment.budget:
        AccountStack(app, environment=environment, budget=environment.budget)
    network = NetworkStack(app, environment=environment)
    cluster = ClusterStack(app, environment=environment, network=network)
    edge = EdgeStack(app, environment=environment, network=network)
    logs = log_collections(app, deployment, network=network)
    MonitoringStack(
        app,
        environment=environment,
        tags=tags,
        network=network,
        cluster=cluster,
        edge=edge,
        logs=logs,
    )
    databases = {
        service.name: DatabaseStack(
            app,
            environment=environment,
            service=service.name,
            settings=service.own_database,
            network=network,
        ).postgres
        for service in deployment.services
        if service.own_database
    }
    stored = {
        service.name: StorageStack(app, environment=environment, service=service, network=network)
        for service in deployment.services
        if owns_storage(service)
    }
    tasks: dict[str, Task] = {}
    preparing: dict[str, list[JobStack]] = defaultdict(list)
    for service in deployment.services:
        callees = [tasks[name] for name in service.calls]
        database = databases.get(database_owner(service, deployment.services))
        if service.kind.keeps_running:
            stack = ServiceStack(
                app,
                environment=environment,
                service=service,
                network=network,
                cluster=cluster,
                edge=edge,
                callees=callees,
                database=database,
                storage=storage_of(service, stored),
                logs=logs.get(service.name),
                router=tags[FLUENT_BIT],
                exporter=tags[ECS_EXPORTER],
            )
            tasks[service.name] = stack.task
            for job in preparing[service.name]:
                stack.add_dependency(job)
        else:
            job = JobStack(
                app,
                environment=environment,
                service=service,
                network=network,
                cluster=cluster,
                callees=callees,
                database=database,
                storage=storage_of(service, stored),
                logs=logs.get(service.name),
                router=tags[FLUENT_BIT],
            )
            for prepared in service.before:
                preparing[prepared].append(job)
    if preview and environment.previews:
        owners = {service.name: database_owner(service, deployment.services) for service in deployment.services}
        by_service = {name: databases[owner] for name, owner in owners.items() if owner in databases}
        PreviewStack(
            app,
            environment=environment,
            preview=preview,
            services=preview.of(deployment.services, environment.previews),
            network=network,
            cluster=cluster,
            edge=edge,
            tasks=tasks,
            databases=by_service,
            storage={service.name: storage_of(service, stored) for service in deployment.services},
        )
    if environment.delivery:
        DeliveryStack(app, environment=environment, delivery=environment.delivery).bound(app)


def build_shared(app: App, images: Sequence[tuple[Deployment, Mapping[str, str]]]) -> None:
    """Add the stacks that all environments share."""
    deployments = [deployment for deployment, _ in images]
    place = shared_place([deployment.environment for deployment in deployments])
    RegistryStack(
        app,
        place=place,
        deployments=deployments,
        platform_tags=[tags for _, tags in images],
    )
    if delivery := deployments[0].environment.delivery:
        SharedDeliveryStack(app, place=place, delivery=delivery)


def synthesize(
    root: Path, *, out: Path | None = None, only: str | None, local_aws: bool, preview: Preview | None = None
) -> None:
    """Write every stack of the YAML below root, or only one environment's, with a preview of it, or the `shared` ones.

    Without `out` it is where cdktf says: CDKTF_OUTDIR, else cdktf.out.
    """
    deployments = load_platform(root, only=None if only == SHARED else only)
    images = [(deployment, image_tags(root, deployment)) for deployment in deployments]
    # cdktf's validation would start `terraform version` once for every terraform_data, 1 s and more. `make` and
    # `groundwork doctor` check the version, and so does Terraform itself (stacks/platform_stack.py).
    app = App(outdir=str(out) if out else None, skip_validation=True, context={LOCAL_AWS: local_aws})
    if only in (None, SHARED):
        build_shared(app, images)
    if only != SHARED:
        for deployment, tags in images:
            build(app, deployment, tags, preview=preview if only else None)
    app.synth()


def main() -> None:
    """Synthesize all, or what GROUNDWORK_ENVIRONMENT names, with the preview of it that GROUNDWORK_PREVIEW says."""
    local_aws = is_loopback(os.environ.get("AWS_ENDPOINT_URL", ""))
    only = os.environ.get("GROUNDWORK_ENVIRONMENT") or None
    asked = os.environ.get("GROUNDWORK_PREVIEW")
    preview = Preview.model_validate_json(asked) if asked else None
    try:
        synthesize(Path(__file__).parent, only=only, local_aws=local_aws, preview=preview)
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
