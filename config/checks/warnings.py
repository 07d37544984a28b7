"""Doubts about a platform that is valid: what will be refused soon, and what may not mean what it seems to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.checks.limits import limit_conflicts
from config.models.environment.environment import Environment
from config.models.image_reference import means_latest
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

NEAR = 0.9
"""The share of a limit of AWS from which on a person is told."""


def platform_warnings(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Find what stops no deploy, and is worth a line before it."""
    yield from limit_conflicts(environment, services, share=NEAR)
    for written in services:
        yield from _moving_images(written)


def _moving_images(written: Located[Service]) -> Iterator[Problem]:
    service = written.settings
    images = {
        "image": service.public_image,
        **{f"sidecars.{name}.image": its.image for name, its in service.sidecars.items()},
    }
    for field, image in images.items():
        if image and means_latest(image):
            yield written.problem(
                field,
                message=f"{field}: the image is whatever its registry calls latest when a task starts: two tasks may "
                "run two versions, and none can be rolled back",
                allowed="a tag of one version, or a digest",
                fix=f"write {image.removesuffix(':latest')}:<version>",
            )
