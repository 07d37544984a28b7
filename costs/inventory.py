"""The resources of one environment, as the synthesized JSON has them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

Code = Mapping[str, Mapping[str, Any]]
"""What Terraform reads, by stack."""

_REFERENCE = re.compile(r"\$\{(?P<type>aws_\w+)\.(?P<id>[\w-]+)\.[\w.\[\]-]+\}")


@dataclass(frozen=True)
class Resource:
    """One resource; `owner` is the service that it is there for, or "" for what all services share."""

    stack: str
    type: str
    id: str
    attributes: Mapping[str, Any]
    owner: str

    @property
    def address(self) -> str:
        """The place of the resource: its stack, type and id."""
        return f"{self.stack}/{self.type}.{self.id}"

    def blocks(self, name: str) -> list[Mapping[str, Any]]:
        """Return a block that may be written once or as a list."""
        found = self.attributes.get(name) or []
        return [found] if isinstance(found, Mapping) else list(found)

    def number(self, name: str, default: float = 0) -> float:
        """Return a number, which Terraform's JSON may write as text."""
        value = self.attributes.get(name)
        return default if value is None else float(value)


@dataclass(frozen=True)
class Inventory:
    """All of them, of one environment."""

    environment: str
    resources: tuple[Resource, ...]

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        """The resources of each type."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return {type_: tuple(its) for type_, its in found.items()}

    def all(self, *types: str) -> tuple[Resource, ...]:
        """Every resource of these types."""
        return tuple(resource for type_ in types for resource in self.by_type.get(type_, ()))

    def referred(self, resource: Resource, reference: str) -> Resource | None:
        """Return what a reference of the resource's own stack names."""
        match = _REFERENCE.search(reference)
        if not match:
            return None
        its = (one for one in self.all(match["type"]) if one.stack == resource.stack and one.id == match["id"])
        return next(its, None)

    def referring(self, type_: str, attribute: str, to: Resource) -> Iterator[Resource]:
        """Yield the resources of the same stack whose attribute names this one."""
        wanted = f"${{{to.type}.{to.id}."
        for one in self.all(type_):
            if one.stack == to.stack and wanted in str(one.attributes.get(attribute, "")):
                yield one

    def containers(self, service: Resource) -> tuple[str, ...]:
        """Return the names of the containers in the tasks of an ECS service."""
        definition = self.referred(service, str(service.attributes["task_definition"]))
        written = definition.attributes.get("container_definitions") if definition else None
        return tuple(str(one["name"]) for one in json.loads(written or "[]"))

    def is_of_schedule(self, resource: Resource) -> bool:
        """Return whether it is the queue for what a schedule could not start, which is nothing in most months."""
        is_queue = resource.type == "aws_sqs_queue"
        return is_queue and any(self.referring("aws_scheduler_schedule", "target", resource))

    def without(self, service: str) -> Inventory:
        """Return the environment when the service is not there."""
        return replace(self, resources=tuple(one for one in self.resources if one.owner != service))


def read_inventory(environment: str, code: Code, services: Collection[str]) -> Inventory:
    """Return the resources of an environment's stacks. A stack such as `dev-database-orders` is there for `orders`."""
    return Inventory(environment, tuple(_resources(environment, code, services)))


def _resources(environment: str, code: Code, services: Iterable[str]) -> Iterator[Resource]:
    known = frozenset(services)
    for stack in sorted(code):
        if stack.partition("-")[0] != environment:
            continue
        name = stack.partition("-")[2].partition("-")[2]
        owner = name if name in known else ""
        for type_, resources in code[stack].get("resource", {}).items():
            for id_, attributes in resources.items():
                yield Resource(stack, type_, id_, attributes, owner)
