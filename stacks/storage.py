"""The buckets, queues and cache of one service: they outlive every deploy of that service, and its removal."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.data.bucket import Bucket
from modules.data.cache import Cache
from modules.data.queue import Queue
from modules.data.storage import Storage
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class StorageStack(PlatformStack):
    """`storage-<service>`: exposes `buckets` and `queues` by name, and the `cache`."""

    def __init__(self, scope: Construct, *, environment: Environment, service: Service, network: NetworkStack) -> None:
        super().__init__(scope, name=f"storage-{service.name}", environment=environment)
        self.buckets = {
            name: Bucket(
                self,
                f"bucket-{name}",
                name=name,
                service=service.name,
                environment=environment,
                encryption_key=network.encryption_key,
                settings=settings,
            )
            for name, settings in sorted(service.buckets.items())
            if settings.of is None
        }
        self.queues = {
            name: Queue(
                self, f"queue-{name}", name=name, service=service.name, environment=environment, settings=settings
            )
            for name, settings in sorted(service.queues.items())
            if settings.of is None
        }
        self.cache = (
            Cache(
                self,
                "cache",
                service=service.name,
                environment=environment,
                vpc=network.vpc,
                encryption_key=network.encryption_key,
                settings=service.cache,
            )
            if service.cache and service.cache.of is None
            else None
        )
        for bucket in self.buckets.values():
            self.export(bucket.bucket, "id", "arn")
        for queue in self.queues.values():
            self.export(queue.queue, "url", "arn", "name")
        if self.cache:
            self.export(self.cache.cache, "endpoint[0].address")
            self.export(self.cache.security_group.group, "id")


def storage_of(service: Service, stacks: Mapping[str, StorageStack]) -> Storage:
    """Collect what a service uses, its own and others'."""
    name = service.name
    return Storage(
        buckets=[stacks[its.of or name].buckets[key] for key, its in sorted(service.buckets.items())],
        queues={key: stacks[its.of or name].queues[key] for key, its in sorted(service.queues.items())},
        cache=stacks[service.cache.of or name].cache if service.cache else None,
    )
