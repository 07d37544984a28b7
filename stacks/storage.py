"""The buckets, queues, cache and volumes of one service: they outlive every deploy of that service, and its removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.models.service.aws.storage import owns_storage
from config.models.service.service import Service
from modules.data.bucket import Bucket
from modules.data.cache import Cache
from modules.data.file_system import FileSystem, MountedFileSystem
from modules.data.queue import Queue
from modules.data.storage import Storage
from modules.workload.runtime import EcsRuntime
from stacks.platform_stack import PlatformStack


class StorageStack(PlatformStack):
    """`storage-<service>`: exposes `buckets`, `queues` and `file_systems` by name, and the `cache`."""

    def __init__(self, scope: Construct, *, runtime: EcsRuntime, settings: Service) -> None:
        environment, service = runtime.environment, settings.name
        super().__init__(scope, name=f"storage-{service}", environment=environment)
        self.buckets = {
            name: Bucket(
                self,
                f"bucket-{name}",
                name=name,
                service=service,
                environment=environment,
                encryption_key=runtime.encryption_key,
                settings=bucket,
            )
            for name, bucket in sorted(settings.buckets.items())
            if bucket.of is None
        }
        self.queues = {
            name: Queue(self, f"queue-{name}", name=name, service=service, environment=environment, settings=queue)
            for name, queue in sorted(settings.queues.items())
            if queue.of is None
        }
        self.cache = (
            Cache(
                self,
                "cache",
                service=service,
                environment=environment,
                vpc=runtime.vpc,
                encryption_key=runtime.encryption_key,
                settings=settings.cache,
            )
            if settings.cache and settings.cache.of is None
            else None
        )
        self.file_systems = {
            name: FileSystem(
                self,
                f"volume-{name}",
                name=name,
                service=service,
                environment=environment,
                vpc=runtime.vpc,
                encryption_key=runtime.encryption_key,
                settings=volume,
            )
            for name, volume in sorted(settings.volumes.items())
            if volume.of is None
        }
        for made in self.buckets.values():
            self.export(made.bucket, "id", "arn")
        for waiting in self.queues.values():
            self.export(waiting.queue, "url", "arn", "name")
        if self.cache:
            self.export(self.cache.cache, "endpoint[0].address")
            self.export(self.cache.security_group.group, "id")
        for files in self.file_systems.values():
            self.export(files.file_system, "id", "arn")
            self.export(files.access_point, "id", "arn")
            self.export(files.security_group.group, "id")


def storage_of(scope: Construct, services: Sequence[Service], *, runtime: EcsRuntime) -> dict[str, Storage]:
    """Return the buckets, queues, cache and volumes of each service, its own and others'."""
    stacks = {one.name: StorageStack(scope, runtime=runtime, settings=one) for one in services if owns_storage(one)}
    return {service.name: _used(service, stacks) for service in services}


def _used(service: Service, stacks: Mapping[str, StorageStack]) -> Storage:
    name = service.name
    return Storage(
        buckets=[stacks[its.of or name].buckets[key] for key, its in sorted(service.buckets.items())],
        queues={key: stacks[its.of or name].queues[key] for key, its in sorted(service.queues.items())},
        cache=stacks[service.cache.of or name].cache if service.cache else None,
        volumes=[
            MountedFileSystem(key, stacks[its.of or name].file_systems[key], its)
            for key, its in sorted(service.volumes.items())
        ],
    )
