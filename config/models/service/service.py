"""One microservice: all that a product developer writes about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import ConfigDict

from config.models.data.database import injected_mistakes
from config.models.fargate import DEFAULT_CPU, size_mistakes, size_schema
from config.models.service.egress import egress_mistakes
from config.models.service.empty_sections import empty_mistakes
from config.models.service.fields import ServiceFields
from config.models.service.kinds import kind_mistakes, kind_schema
from config.models.service.mistakes.application import application_mistakes
from config.models.service.mistakes.container import container_mistakes
from config.models.service.mistakes.secrets import secret_mistakes
from config.models.service.mistakes.storage import storage_mistakes
from config.models.service.mistakes.without_effect import mistakes_without_effect
from config.models.service.monitoring.metrics import measured_mistakes
from config.models.service_names import PLATFORM_NAMES, reserved_mistakes
from config.models.settings import Mistake

# The section of a service's file with what differs by environment.
OVERRIDES = "environments"


class Service(ServiceFields):
    """A service in one environment: its file with that environment's overrides already merged."""

    model_config = ConfigDict(json_schema_extra={"allOf": [*kind_schema(), *size_schema(DEFAULT_CPU)]})

    injected: ClassVar[dict[str, str]] = {
        "name": "the file's name",
        "release": "service_configs/releases/<environment>/<service>.yaml",
        "previous_releases": "service_configs/releases/<environment>/<service>.yaml",
    }
    merged_away: ClassVar[dict[str, str]] = {OVERRIDES: "By environment, the fields that differ there."}
    reserved_names: ClassVar[frozenset[str]] = PLATFORM_NAMES
    chooses_log_class: ClassVar[bool] = True

    def mistakes(self) -> Iterator[Mistake]:
        """Each kind has its fields, Fargate its sizes, and metrics a port."""
        yield from reserved_mistakes(self.name, self.reserved_names)
        yield from kind_mistakes(self.kind, self)
        yield from measured_mistakes(self.kind, self.port, self.metrics, self.slo)
        yield from size_mistakes(self.cpu, self.memory_mib)
        yield from egress_mistakes(self.egress_ports)
        yield from mistakes_without_effect(self)
        yield from empty_mistakes(self)
        yield from application_mistakes(self)
        yield from storage_mistakes(self)
        yield from secret_mistakes(self)
        yield from container_mistakes(self)
        if self.database:
            yield from injected_mistakes(self.database, self.variables, self.secrets)
