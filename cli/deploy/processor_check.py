"""Check before a deploy that every image is built for the processor that its task runs on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from cli.errors import UsageError
from cli.services.release import find_service
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from config.models.environment.environment import UNRELEASED
from config.models.environment.platform_service import REPOSITORY_PREFIX
from config.models.fargate import Architecture
from images.ecr import Ecr
from images.errors import ImageError
from images.processors import in_ecr, in_public

# By ECS' name, as a task definition has it, what Docker and the registries call a processor.
_IN_REGISTRIES = {"ARM64": "arm64", "X86_64": "amd64"}
_OURS = {"arm64": Architecture.ARM64, "amd64": Architecture.X86_64}
_AT_ONCE = 8


class Named(NamedTuple):
    """An image that a service's task definition names, and the processor that the task runs on."""

    service: str
    image: str
    processor: str


def refuse_other_processors(session: Session, stacks: Iterable[SynthesizedStack]) -> None:
    """Ask the registries for what each image of a service is built for; one that does not answer is passed over."""
    if session.target.embedded:
        return
    named = sorted({its for stack in stacks for its in _of(stack, session.environment.name)})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda its: _processors(session, its.image), named))
    wrong = [(its, there) for its, there in zip(named, found, strict=True) if there and its.processor not in there]
    if wrong:
        lines = [line for its, there in wrong for line in _described(session, its, there)]
        raise UsageError("\n".join(["Nothing has been deployed, for these images do not run on their task:", *lines]))


def _of(stack: SynthesizedStack, environment: str) -> Iterator[Named]:
    prefix = f"{environment}-service-"
    if not stack.id.startswith(prefix):
        return
    for definition in stack.code.get("resource", {}).get("aws_ecs_task_definition", {}).values():
        processor = _IN_REGISTRIES[definition["runtime_platform"]["cpu_architecture"]]
        for container in json.loads(definition["container_definitions"]):
            yield Named(stack.id.removeprefix(prefix), container["image"], processor)


def _processors(session: Session, image: str) -> frozenset[str] | None:
    environment = session.environment
    if not image.startswith(f"{environment.registry}/"):
        return in_public(image)
    repository, _, tag = image.removeprefix(f"{environment.registry}/").partition(":")
    if tag == UNRELEASED or repository.startswith(REPOSITORY_PREFIX):
        return None
    try:
        return in_ecr(Ecr(account_id=environment.registry_account, region=environment.image_region), repository, tag)
    except ImageError:  # said already by the check whether the image is there
        return None


def _described(session: Session, its: Named, there: frozenset[str]) -> Iterator[str]:
    yield f"  {its.image} is built for {' and '.join(sorted(there))}, and {its.service} runs on {its.processor}"
    service = find_service((session.written,), its.service, session.environment.name)
    ours = next((_OURS[one] for one in sorted(there) if one in _OURS), None)
    build = f"build it for linux/{its.processor}"
    if ours is None:
        yield f"    fix: {build}"
        return
    place = service.place("architecture")
    line = f"architecture: {ours}"
    where = (
        f"add the line `{line}` to {place.node.file}"
        if place.missing
        else f"write `{line}` in {place.node.file}:{place.node.line}"
    )
    yield f"    fix: {where}; or {build}"
