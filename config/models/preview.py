"""A preview: some services of an environment in another version, beside the environment's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.previews import Previews
from config.models.service.http import Http
from config.models.service.kinds import Kind
from config.models.service.logs import LogDestination
from config.models.service.routing.listener_priority import preview_priority
from config.models.service.routing.public_metrics import rules_of
from config.models.service.scaling import Scaling
from config.models.service.service import Service
from config.models.service_names import ServiceName, repository_of
from config.models.settings import Settings, in_words

# Names of roles hold 64 characters: 9 of an environment, 22 of a service, 20 of a preview, -- and -execution.
PreviewName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){1,19}$", max_length=20),
    in_words("2 to 20 lower-case letters, digits and single hyphens, a letter first, such as pr-17"),
]
# No name of a service or an environment has two hyphens in a row, so nothing else is called like a part of a preview.
SEPARATOR = "--"
PREFIX = "preview-"
"""How the names of previews' stacks begin."""
# A target group's name can have no such two, but capital letters, and names of services cannot.
TARGET_GROUP_SEPARATOR = "-P-"
LONGEST_TARGET_GROUP = 32


class PreviewedService(Service):
    """A service of the environment as it runs in a preview; `original` is its name, `built_as` that of its image."""

    # It is followed, and gone in days.
    chooses_log_class: ClassVar[bool] = False

    name: str
    original: ServiceName
    built_as: ServiceName
    public: bool = False
    priority: int

    @property
    def repository(self) -> str:
        """The repository of the service's images."""
        return repository_of(self.built_as, self.release)

    @property
    def written_as(self) -> str:
        """The name of its file, whatever it runs as: that under which its secrets are stored."""
        return self.original

    @property
    def route(self) -> Http | None:
        """All requests to a host of its own, where the service takes any from outside."""
        if not (self.kind is Kind.PUBLIC_WEB or self.public):
            return None
        return Http(host=(self.name.replace(SEPARATOR, "-"),), priority=self.priority)


class Preview(Settings):
    """A preview's name, its services with the tag of each, and its last day."""

    name: PreviewName
    services: Mapping[ServiceName, str] = Field(min_length=1)
    expires: date
    taken: tuple[int, ...] = ()
    """The rule priorities that the environment's other previews have on the load balancer."""

    @property
    def stack(self) -> str:
        """The name of its stack within the environment."""
        return f"{PREFIX}{self.name}"

    def name_of(self, service: str) -> str:
        """Name a service of the preview: in ECS, in app.local and wherever else a service has its name."""
        return f"{service}{SEPARATOR}{self.name}"

    def target_group(self, environment: Environment, service: str) -> str:
        """Name the target group of a service, cut where it would be too long."""
        name = f"{environment.qualify(service)}{TARGET_GROUP_SEPARATOR}{self.name}"
        if len(name) <= LONGEST_TARGET_GROUP:
            return name
        end = f"{TARGET_GROUP_SEPARATOR}{sha256(name.encode()).hexdigest()[:8]}"
        return f"{environment.qualify(service)[: LONGEST_TARGET_GROUP - len(end)].rstrip('-')}{end}"

    def of(self, services: Sequence[Service], settings: Previews) -> list[PreviewedService]:
        """Make the services of the preview, each after those that it calls."""
        taken = {*self.taken, *(rule.priority for service in services for rule in rules_of(service))}
        made: list[PreviewedService] = []
        for service in services:
            if service.name in self.services:
                made.append(self._previewed(service, settings, taken))
                taken.add(made[-1].priority)
        return made

    def _previewed(self, service: Service, settings: Previews, taken: Collection[int]) -> PreviewedService:
        tag = self.services[service.name]
        name = self.name_of(service.name)
        changed = {
            "name": name,
            "original": service.name,
            "public": service.kind is Kind.INTERNAL and service.name in settings.public,
            "priority": preview_priority(name, taken),
            # An image of its own choice has another tag there.
            "image": service.public_image and f"{service.public_image.rpartition(':')[0]}:{tag}",
            "built_as": service.repository,
            "release": tag,
            "variables": {key: self._led(value) for key, value in service.variables.items()},
            "entrypoint": tuple(map(self._led, service.entrypoint)),
            "command": tuple(map(self._led, service.command)),
            "scaling": Scaling(
                min_tasks=1,
                max_tasks=1,
                cpu_percent=None,
                memory_percent=None,
                singleton=service.scaling.singleton,
            ),
            "on_demand_base": None,
            "metrics": None,
            "slo": None,
            "logs": service.logs.model_copy(
                update={"destination": LogDestination.CLOUDWATCH, "retention_days": settings.log_retention_days}
            ),
        }
        # Everything is valid already but the name, which no file may have.
        fields = {field: getattr(service, field) for field in Service.model_fields}
        return PreviewedService.model_construct(**{**fields, **changed})

    def _led(self, text: str) -> str:
        """Replace each address in app.local of a service of the preview by its address in the preview."""
        for name in self.services:
            address = re.escape(f"{name}.{NAMESPACE}")
            text = re.sub(rf"(?<![\w.-]){address}(?![\w.-])", f"{self.name_of(name)}.{NAMESPACE}", text)
        return text
