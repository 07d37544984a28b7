"""Mistakes in a service's buckets, queues and cache, and in what is named after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.models.service.aws.storage import CACHE_VARIABLES, bucket_variable, queue_variable
from config.models.service.fields import ServiceFields
from config.models.service.mistakes.volumes import volume_mistakes
from config.models.settings import Mistake


def storage_mistakes(service: ServiceFields) -> Iterator[Mistake]:
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
