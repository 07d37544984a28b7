"""Mistakes in a service's containers."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.service.mistakes.hardening import hardening_mistakes
from config.models.service.mistakes.ports import port_mistakes
from config.models.service.mistakes.resources import resource_mistakes
from config.models.service.mistakes.sidecars import sidecar_mistakes
from config.models.settings import Mistake


def container_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find every one of them."""
    for mistakes in (hardening_mistakes, resource_mistakes, port_mistakes, sidecar_mistakes):
        yield from mistakes(service)
