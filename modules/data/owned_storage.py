"""The buckets, queues, cache and volumes that one service owns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.aws.stored import Stored
from config.models.service.service import Service
from modules.data.bucket import Bucket
from modules.data.cache import Cache
from modules.data.file_system import FileSystem, MountedFileSystem
from modules.data.queue import Queue
from modules.data.storage import Storage
from modules.encryption_key import EncryptionKey
from modules.network.vpc import Vpc

Kind = TypeVar("Kind", bound=Stored)


class OwnedStorage:
    """Exposes `buckets`, `queues` and `file_systems` by name, and the `cache`.

    It adds its constructs to the scope itself and is none, so that their addresses in the state are those of its stack.
    """

    def __init__(
        self, scope: Construct, *, environment: Environment, vpc: Vpc, encryption_key: EncryptionKey, settings: Service
    ) -> None:
        service = settings.name
        self.buckets = {
            name: Bucket(
                scope,
                f"bucket-{name}",
                name=name,
                service=service,
                environment=environment,
                encryption_key=encryption_key,
                settings=bucket,
            )
            for name, bucket in _owned(settings.buckets)
        }
        self.queues = {
            name: Queue(scope, f"queue-{name}", name=name, service=service, environment=environment, settings=queue)
            for name, queue in _owned(settings.queues)
        }
        self.cache = (
            Cache(
                scope,
                "cache",
                service=service,
                environment=environment,
                vpc=vpc,
                encryption_key=encryption_key,
                settings=settings.cache,
            )
            if settings.cache and settings.cache.of is None
            else None
        )
        self.file_systems = {
            name: FileSystem(
                scope,
                f"volume-{name}",
                name=name,
                service=service,
                environment=environment,
                vpc=vpc,
                encryption_key=encryption_key,
                settings=volume,
            )
            for name, volume in _owned(settings.volumes)
        }


def used_storage(service: Service, owned: Mapping[str, OwnedStorage]) -> Storage:
    """Return the storage that a service uses, its own and others'; `owned` is by service."""
    name = service.name
    return Storage(
        buckets=[owned[its.of or name].buckets[key] for key, its in sorted(service.buckets.items())],
        queues={key: owned[its.of or name].queues[key] for key, its in sorted(service.queues.items())},
        cache=owned[service.cache.of or name].cache if service.cache else None,
        volumes=[
            MountedFileSystem(key, owned[its.of or name].file_systems[key], its)
            for key, its in sorted(service.volumes.items())
        ],
    )


def _owned(settings: Mapping[str, Kind]) -> list[tuple[str, Kind]]:
    return [(name, one) for name, one in sorted(settings.items()) if one.of is None]
