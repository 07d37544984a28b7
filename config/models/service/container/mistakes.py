"""Everything that may be wrong with the containers of a service's task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from config.models.service.container.hardening import hardening_mistakes
from config.models.service.container.ports import port_mistakes
from config.models.service.container.resources import resource_mistakes
from config.models.service.container.sidecars import sidecar_mistakes
from config.models.settings import Mistake

if TYPE_CHECKING:
    from config.models.service.service import Service


def container_mistakes(service: Service) -> Iterator[Mistake]:
    """Find every one of them."""
    for mistakes in (hardening_mistakes, resource_mistakes, port_mistakes, sidecar_mistakes):
        yield from mistakes(service)
