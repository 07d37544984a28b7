"""Mistakes in the user, rights and root file system of a container."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def hardening_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find a shell in a container that its agent could not write to.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    if service.exec and service.read_only_root:
        yield Mistake(
            field="read_only_root",
            message="with `exec: true` an agent in the container writes to its files",
            allowed="one of the two",
            fix="remove `exec: true`, or this line",
            because=("exec",),
        )
