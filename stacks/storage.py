"""The buckets, queues, cache and volumes of one service: they outlive every deploy of that service, and its removal."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.models.service.relations import owns_storage
from config.models.service.service import Service
from modules.data.owned_storage import OwnedStorage, used_storage
from modules.data.storage import Storage
from modules.workload.runtime import EcsRuntime
from stacks.platform_stack import PlatformStack


class StorageStack(PlatformStack):
    """`storage-<service>`: exposes `storage`, which the stacks of its users open to their tasks."""

    def __init__(self, scope: Construct, *, runtime: EcsRuntime, settings: Service) -> None:
        super().__init__(scope, name=f"storage-{settings.name}", environment=runtime.environment)
        self.storage = OwnedStorage(
            self,
            environment=runtime.environment,
            vpc=runtime.vpc,
            encryption_key=runtime.encryption_key,
            settings=settings,
        )
        for bucket in self.storage.buckets.values():
            self.export(bucket.bucket, "id", "arn")
        for queue in self.storage.queues.values():
            self.export(queue.queue, "url", "arn", "name")
        if cache := self.storage.cache:
            self.export(cache.cache, "endpoint[0].address")
            self.export(cache.security_group.group, "id")
        for volume in self.storage.file_systems.values():
            self.export(volume.file_system, "id", "arn")
            self.export(volume.access_point, "id", "arn")
            self.export(volume.security_group.group, "id")


def storage_of(scope: Construct, services: Sequence[Service], *, runtime: EcsRuntime) -> dict[str, Storage]:
    """Return the buckets, queues, cache and volumes of each service, its own and others'."""
    owned = {
        service.name: StorageStack(scope, runtime=runtime, settings=service).storage
        for service in services
        if owns_storage(service)
    }
    return {service.name: used_storage(service, owned) for service in services}
