"""A service's buckets, queues and cache together: their variables, and what may not be said beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from config.models.service.aws.buckets import Bucket
from config.models.service.aws.cache import Cache
from config.models.service.aws.queues import Queue
from config.models.service.aws.stored import StoreName
from config.models.service.aws.volumes import Volume, volume_mistakes
from config.models.service.database import without_null
from config.models.settings import Mistake

Buckets = Annotated[
    dict[StoreName, Bucket],
    Field(
        max_length=20,
        description="S3 buckets of its own, by a name of yours; BUCKET_<NAME> says what each is called in AWS.",
    ),
]
Queues = Annotated[
    dict[StoreName, Queue],
    Field(
        max_length=20,
        description="SQS queues of its own, by a name of yours; QUEUE_<NAME>_URL says where each is.",
    ),
]
HasCache = Annotated[
    Cache | None,
    Field(
        description="A Valkey of its own, which speaks Redis' language: {} is one with the usual limits.",
        json_schema_extra=without_null,
    ),
]
if TYPE_CHECKING:
    from config.models.service.service import Service

CACHE_VARIABLES = ("CACHE_HOST", "CACHE_PORT", "CACHE_URL")


def bucket_variable(name: str) -> str:
    """Name the variable with a bucket's name."""
    return f"BUCKET_{name.replace('-', '_').upper()}"


def queue_variable(name: str) -> str:
    """Name the variable with a queue's address."""
    return f"QUEUE_{name.replace('-', '_').upper()}_URL"


def owns_storage(service: Service) -> bool:
    """Tell whether anything is made for this service, and not for another whose it uses too."""
    return any(its.of is None for its in stored(service).values())


def stored(service: Service) -> dict[str, Bucket | Queue | Cache | Volume]:
    """Return what the service uses, its own and others', by its place in the file."""
    return {
        **{f"buckets.{name}": its for name, its in service.buckets.items()},
        **{f"queues.{name}": its for name, its in service.queues.items()},
        **({"cache": service.cache} if service.cache else {}),
        **{f"volumes.{name}": its for name, its in service.volumes.items()},
    }


def scaled_by(service: Service) -> str | None:
    """Name the queue whose messages decide how many tasks run."""
    if service.scaling.messages_per_task is None:
        return None
    return service.scaling.queue or next(iter(service.queues), None)


def storage_mistakes(service: Service) -> Iterator[Mistake]:
    """Find variables that would hide where something is, and a scaling that knows no queue."""
    injected = {
        **{bucket_variable(name): f"buckets.{name}" for name in service.buckets},
        **{queue_variable(name): f"queues.{name}" for name in service.queues},
        **(dict.fromkeys(CACHE_VARIABLES, "cache") if service.cache else {}),
    }
    given: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("variables", service.variables),
        ("secrets", service.secrets),
    )
    for section, values in given:
        for name in sorted(injected.keys() & values.keys()):
            yield Mistake(
                field=f"{section}.{name}",
                message=f"{name} is set by `{injected[name]}`",
                fix="remove it, or call it something else",
                because=(injected[name],),
            )
    yield from volume_mistakes(service)
    scaling, names = service.scaling, sorted(service.queues)
    if scaling.messages_per_task is not None and not names:
        yield Mistake(
            field="scaling.messages_per_task",
            message="it has no queue whose messages could be counted",
            allowed="only with `queues:`",
            fix="add `queues:` with the queue that it takes from, or remove it",
        )
    elif scaling.messages_per_task is not None and scaling.queue is None and len(names) > 1:
        yield Mistake(
            field="scaling.messages_per_task",
            message=f"it has {len(names)} queues, and nothing says whose messages are counted",
            allowed=f"`queue:` beside it, one of {', '.join(names)}",
            fix=f"add `queue: {names[0]}` under `scaling:`",
            because=("queues",),
        )
    if scaling.queue is not None and scaling.queue not in names:
        yield Mistake(
            field="scaling.queue",
            message=f"it has no queue {scaling.queue}",
            allowed=", ".join(names) or "none, without `queues:`",
            fix=f"write {names[0]}" if names else "remove it",
        )
