"""The platform: what each environment is made of, and what each stack needs from the others."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from modules import NODE_OPTION
from modules.argument_types import leave_unchecked
from modules.quick_imports import quick_imports

if __name__ == "__main__":
    gc.disable()  # it ends in seconds, and leaves next to nothing to collect: a twentieth of its time
    leave_unchecked()
# For the Node.js that `import cdktf` starts. jsii calls version 20 past its end of life, in 16 lines at every start;
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
# and what the provider's Python does not load, its JavaScript need not either.
os.environ["NODE_OPTIONS"] = f"{os.environ.get('NODE_OPTIONS', '')} {NODE_OPTION}"
with quick_imports():
    import_module("cdktf_cdktf_provider_aws._jsii")  # first, so that Node.js is at work as early as can be
    from cdktf import App

    from config.loader.platform import Deployment, load_platform
    from config.loopback import is_loopback
    from config.models.environment.shared import SHARED, shared_place
    from config.models.preview import Preview
    from config.source.problem import ConfigError
    from images.render import image_tags
    from modules.attributes import read_once
    from modules.local_context import LOCAL_AWS
    from modules.unset_arguments import leave_unset_out
    from modules.workload.dependencies import ServiceDependencies
    from stacks.account import AccountStack
    from stacks.backups import BackupStack
    from stacks.cluster import ClusterStack
    from stacks.database import databases_of
    from stacks.delivery import DeliveryStack
    from stacks.edge import EdgeStack
    from stacks.job import JobStack
    from stacks.logging import log_collections
    from stacks.logins import logins_of
    from stacks.monitoring import MonitoringStack
    from stacks.network import NatStack, NetworkStack
    from stacks.preview import PreviewStack
    from stacks.registry import RegistryStack
    from stacks.service import ServiceStack
    from stacks.shared_delivery import SharedDeliveryStack
    from stacks.storage import storage_of


def build(app: App, deployment: Deployment, image_tags: Mapping[str, str], *, preview: Preview | None = None) -> None:
    """Add the stacks of one environment, and of a preview of it; `image_tags` are the platform images'."""
    environment, services = deployment.environment, deployment.services
    if environment.budget:
        AccountStack(app, environment=environment, budget=environment.budget)
    network = NetworkStack(app, environment=environment)
    if environment.backups:
        BackupStack(app, environment=environment, network=network, settings=environment.backups)
    cluster = ClusterStack(app, environment=environment, network=network, image_tags=image_tags)
    if environment.network.nat.has_instances:
        # All that calls outside waits for the cluster. Databases, logs and the edge do not, so no instance delays them.
        cluster.add_dependency(NatStack(app, environment=environment, network=network))
    runtime = cluster.runtime
    load_balancer = EdgeStack(app, environment=environment, network=network, services=services).load_balancer
    logs = log_collections(app, deployment, network=network)
    MonitoringStack(app, runtime=runtime, load_balancer=load_balancer, logs=logs)
    logins = logins_of(app, services, databases_of(app, services, runtime=runtime), runtime=runtime)
    storage = storage_of(app, services, runtime=runtime)
    stacks: dict[str, ServiceStack | JobStack] = {}
    dependencies: dict[str, ServiceDependencies] = {}
    for service in services:
        needs = dependencies[service.name] = ServiceDependencies(
            callees=[stacks[name].task for name in service.called],
            database=logins.get(service.name),
            storage=storage[service.name],
            logs=logs.get(service.name),
        )
        stacks[service.name] = (
            ServiceStack(app, runtime=runtime, load_balancer=load_balancer, dependencies=needs, settings=service)
            if service.kind.keeps_running
            else JobStack(app, runtime=runtime, dependencies=needs, settings=service)
        )
    for service in services:
        for prepared in service.before:
            stacks[prepared].add_dependency(stacks[service.name])
    if preview and environment.previews:
        PreviewStack(
            app,
            runtime=runtime,
            load_balancer=load_balancer,
            tasks={name: stack.task for name, stack in stacks.items()},
            dependencies=dependencies,
            services=preview.of(services, environment.previews),
            settings=preview,
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
    read_once()
    leave_unset_out()
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
    gc.freeze()  # at its end Python would look for garbage in all that there is, a quarter of a second
