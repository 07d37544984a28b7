"""Mistakes in a service's volumes."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def volume_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find a folder of the container that would be two."""
    taken = dict.fromkeys(service.tmpfs, "tmpfs")
    for name, volume in service.volumes.items():
        if volume.path in taken:
            yield Mistake(
                field=f"volumes.{name}.path",
                message=f"{volume.path} is already a folder of `{taken[volume.path]}`",
                allowed="a path of its own",
                fix="choose another path",
            )
        taken[volume.path] = f"volumes.{name}"
