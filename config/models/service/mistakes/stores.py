"""Mistakes of services that keep their data where it ends with a task."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.container.stores import STORES, store
from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def store_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Yield the mistake of a service that keeps its data on a disk which ends with each task."""
    name = store(service.public_image) if service.public_image and service.kind.keeps_running else None
    if name is None or (service.volumes and service.scaling.most_tasks == 1):
        return
    if service.volumes:
        yield Mistake(
            field="scaling.max_tasks",
            message=f"{name} would run in several tasks at once, over one disk",
            allowed="one task for a store with `volumes:`",
            fix="write `scaling: {singleton: true}`",
            because=("scaling", "image"),
        )
        return
    yield Mistake(
        field="image",
        message=f"{name} keeps data on a disk, and a task has none that outlives it: each task begins empty",
        allowed="a service that keeps nothing, or `volumes:` with `scaling: {singleton: true}`",
        fix=STORES[name],
    )
