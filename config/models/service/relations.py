"""Relations of a service: to a database, to storage, to the containers of its task."""

from __future__ import annotations

from collections.abc import Sequence

from config.models.data.login import Login
from config.models.service.aws.buckets import Bucket
from config.models.service.aws.cache import Cache
from config.models.service.aws.queues import Queue
from config.models.service.aws.volumes import Volume
from config.models.service.fields import ServiceFields
from config.models.service.kinds import Kind


def database_owner(service: ServiceFields, services: Sequence[ServiceFields]) -> str:
    """Return the service whose database it uses, if there is one: its own, or that of what it prepares."""
    if service.database:
        return service.database.of or service.name
    prepared = [other for other in services if other.name in service.before[:1] and other.database]
    return database_owner(prepared[0], services) if prepared else service.name


def database_login(service: ServiceFields, services: Sequence[ServiceFields]) -> Login:
    """Return what it may do in its database: what its file says, else no more than a service with a migration needs."""
    if service.database and service.database.login:
        return service.database.login
    if service.kind is Kind.ONE_OFF:
        return Login.SCHEMA
    owner = database_owner(service, services)
    prepared = any(other.before and database_owner(other, services) == owner for other in services)
    return Login.DATA if prepared else Login.SCHEMA


def owns_storage(service: ServiceFields) -> bool:
    """Tell whether anything is made for this service, and not for another whose it uses too."""
    return any(its.of is None for its in stored(service).values())


def stored(service: ServiceFields) -> dict[str, Bucket | Queue | Cache | Volume]:
    """Return what the service uses, its own and others', by its place in the file."""
    return {
        **{f"buckets.{name}": its for name, its in service.buckets.items()},
        **{f"queues.{name}": its for name, its in service.queues.items()},
        **({"cache": service.cache} if service.cache else {}),
        **{f"volumes.{name}": its for name, its in service.volumes.items()},
    }


def scaled_by(service: ServiceFields) -> str | None:
    """Name the queue whose messages decide how many tasks run."""
    if service.scaling.messages_per_task is None:
        return None
    return service.scaling.queue or next(iter(service.queues), None)


def container_of(service: ServiceFields, port: int | None) -> str:
    """Name the container that listens on a port: the sidecar that says so, else the service's own."""
    return next((name for name, its in service.sidecars.items() if its.port == port), service.name)
